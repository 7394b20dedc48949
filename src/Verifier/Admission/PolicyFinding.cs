using Kritis.Events.Verifier.Policies;

namespace Kritis.Events.Verifier.Admission;

/// <summary>What one policy says of one image.</summary>
internal sealed record PolicyFinding
{
    public required string Policy { get; init; }

    public required bool IsEnforced { get; init; }

    public required bool Holds { get; init; }

    /// <summary>Why, as a clause.</summary>
    public required string Text { get; init; }

    /// <summary>The ids of the attestations it rests on.</summary>
    public IReadOnlyList<string> Attestations { get; init; } = [];

    /// <summary>Whether it holds for what is known of the image and for nothing else: no exemption, tag, push or broken glass.</summary>
    public bool RestsOnAttestations { get; init; }

    /// <summary>The reason for which the glass was broken; null where it holds without that, or does not hold.</summary>
    public string? BrokenGlass { get; init; }

    /// <summary>How long a signature that is on its way may be waited for.</summary>
    public TimeSpan Patience { get; init; }

    public string Explanation => IsEnforced || Holds ? $"policy {Policy}: {Text}" : $"policy {Policy} (dry run): {Text}";

    public static PolicyFinding Passes(CompiledPolicy policy, string text, IReadOnlyList<string> attestations) =>
        new() { Policy = policy.Name, IsEnforced = policy.IsEnforced, Holds = true, Text = text, Attestations = attestations };

    public static PolicyFinding Fails(CompiledPolicy policy, string text) =>
        new() { Policy = policy.Name, IsEnforced = policy.IsEnforced, Holds = false, Text = text, Patience = policy.WaitForAttestation };
}
