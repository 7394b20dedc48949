using System.Globalization;
using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Verifier.Policies;

namespace Kritis.Events.Verifier.Admission;

/// <summary>Says in a clause why a witness's word does not count, and what to do next.</summary>
internal static class StandingText
{
    /// <param name="standing">What the witness has to say.</param>
    /// <param name="witness">The witness.</param>
    /// <param name="pushedBefore">How long ago the image's push was seen, or null where none was.</param>
    public static string Of(WitnessStanding standing, Witness witness, TimeSpan? pushedBefore) => standing.Standing switch
    {
        Standing.Revoked => $"revoked by '{witness.Name}': {Excerpt.Of(standing.Revocation!.Reason)}; use another image",
        Standing.KeyRevoked => $"signed by a key of '{witness.Name}' that is revoked; have it signed again",
        Standing.KeyNotPinned => $"signed by a key of '{witness.Name}' that is no longer pinned; have it signed again",
        _ when witness.Keys.Count == 0 => $"'{witness.Name}' is a witness without any key here; create or repair the Witness",
        _ when pushedBefore is { } age => string.Create(
            CultureInfo.InvariantCulture, $"no attestation by '{witness.Name}' yet; its push was seen {age.TotalSeconds:0.0} s ago and its signature is on its way: try again"),
        _ => $"no attestation by '{witness.Name}'; push it where a rule signs as '{witness.Name}', or run kritis sign",
    };

    /// <summary>Why an image falls short of a policy: what is there, and for each witness that is missing why.</summary>
    public static string Shortfall(CompiledPolicy policy, AttestedImage known, int counted, IReadOnlyList<string> missing)
    {
        var parts = new List<string>(3);
        if (policy.Witnesses.Length > 1)
        {
            parts.Add($"{counted} of {policy.AtLeast} attestations");
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
