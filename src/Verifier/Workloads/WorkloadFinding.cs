using System.Security.Cryptography;
using System.Text;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.Verifier.Admission;

namespace Kritis.Events.Verifier.Workloads;

/// <summary>Why a Pod that is there would not be admitted now.</summary>
internal sealed record WorkloadFinding
{
    private const int FingerprintCharacters = 16;

    /// <summary>Whether only policies in dry-run do not hold.</summary>
    public required bool DryRun { get; init; }

    /// <summary>The policies that do not hold.</summary>
    public required IReadOnlyList<string> Policies { get; init; }

    /// <summary>What was found for the images that are not attested, at most <see cref="DecisionJournal.MostImages"/> of them.</summary>
    public required IReadOnlyList<ImageDecision> Images { get; init; }

    /// <summary>Why, where the images alone do not say it.</summary>
    public string? Reason { get; init; }

    /// <summary>The same for the same finding.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>What a decision says against the Pod; null where nothing.</summary>
    public static WorkloadFinding? Of(AdmissionDecision decision)
    {
        if (decision.Outcome is AdmissionOutcome.Allowed or AdmissionOutcome.BreakGlass)
        {
            return null;
        }

        var images = decision.Images.Where(image => !image.Attested).Take(DecisionJournal.MostImages).ToArray();
        return new WorkloadFinding
        {
            DryRun = decision.Outcome == AdmissionOutcome.DryRun,
            Policies = decision.Unfulfilled,
            Images = images,
            Reason = decision.Reason,
            Fingerprint = FingerprintOf(decision, images),
        };
    }

    private static string FingerprintOf(AdmissionDecision decision, ImageDecision[] images)
    {
        var text = new StringBuilder().Append(decision.Outcome).Append('\n').Append(decision.Reason).Append('\n').AppendJoin('\n', decision.Unfulfilled);
        foreach (var image in images)
        {
            _ = text.Append('\n').Append(image.Image).Append('\n').Append(image.Explanation);
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..FingerprintCharacters];
    }
}
