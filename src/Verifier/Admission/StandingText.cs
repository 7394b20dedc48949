using Kritis.Events.Attestations.Index;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Verifier.Policies;

namespace Kritis.Events.Verifier.Admission;

/// <summary>Says in a clause why a witness's word does not count, and what to do next.</summary>
internal static class StandingText
{
    public static string Of(WitnessStanding standing, string witness) => standing.Standing switch
    {
        Standing.Revoked => $"revoked by '{witness}': {Excerpt.Of(standing.Revocation!.Reason)}; use another image",
        Standing.KeyRevoked => $"signed by a key of '{witness}' that is revoked; have it signed again",
        Standing.KeyNotPinned => $"signed by a key of '{witness}' that is no longer pinned; have it signed again",
        _ => $"no attestation by '{witness}'; push it where a rule signs as '{witness}', or run kritis sign",
    };

    /// <summary>Why an image falls short of a policy: what is there, and for each witness that is missing why.</summary>
    public static string Shortfall(CompiledPolicy policy, AttestedImage known, IReadOnlyList<string> counted, IReadOnlyList<string> missing)
    {
        var parts = new List<string>(3);
        if (policy.Witnesses.Length > 1)
        {
            parts.Add($"{counted.Count} of {policy.AtLeast} attestations");
        }

        if (Others(policy, known) is { Length: > 0 } others)
        {
            parts.Add($"attested only by {others}");
        }

        parts.Add(string.Join("; ", missing));
        return string.Join("; ", parts);
    }

    private static string Others(CompiledPolicy policy, AttestedImage known) => string.Join(", ", known.Attestations
        .Select(attestation => attestation.Witness)
        .Distinct(StringComparer.Ordinal)
        .Where(name => Array.TrueForAll(policy.Witnesses, witness => witness.Name != name))
        .Select(name => $"'{name}'"));
}
