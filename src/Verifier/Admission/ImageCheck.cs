using Kritis.Events.Attestations.Index;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Verifier.Cache;
using Kritis.Events.Verifier.Policies;

namespace Kritis.Events.Verifier.Admission;

/// <summary>Holds one image against one policy, from the index alone.</summary>
internal static class ImageCheck
{
    public static ImageVerdict Check(ImageReference reference, PolicySet policies, CompiledPolicy policy, AttestationIndex index, LogProgress progress)
    {
        var signedHost = policies.SignedHost(reference.Registry);
        var canonical = signedHost == reference.Registry ? reference : reference.WithRegistry(signedHost);
        if (policy.Exempts(reference.ToString()) || (!ReferenceEquals(canonical, reference) && policy.Exempts(canonical.ToString())))
        {
            return ImageVerdict.Good($"exempt by policy '{policy.Name}'");
        }

        if (reference.Digest is not { } digest)
        {
            return ImageVerdict.Bad($"no digest given: a tag can be moved to another image; use {reference.Name}@sha256:…");
        }

        return Count(new Image(canonical.Registry, canonical.Repository, digest), policy, index, progress);
    }

    private static ImageVerdict Count(Image image, CompiledPolicy policy, AttestationIndex index, LogProgress progress)
    {
        var known = index.Find(image);
        var attestations = new List<string>();
        var missing = new List<string>();
        foreach (var witness in policy.Witnesses)
        {
            var standing = known.StandingOf(witness);
            if (standing.Standing == Standing.Attested)
            {
                attestations.Add(standing.Attestation!.Id);
            }
            else
            {
                missing.Add(Explain(standing, witness.Name));
            }
        }

        if (attestations.Count >= policy.AtLeast)
        {
            return new ImageVerdict(true, $"attested for policy '{policy.Name}'", attestations);
        }

        var why = $"policy '{policy.Name}' needs {policy.AtLeast} of {policy.Witnesses.Length} witnesses: {string.Join(", ", missing)}";
        if (OtherWitnesses(known, policy) is { Length: > 0 } others)
        {
            why += $"; attested only by {others}";
        }

        if (!progress.CaughtUp)
        {
            why += $"; this verifier is still reading the attestation log ({progress.Read} records so far): try again";
        }

        return new ImageVerdict(false, why, []);
    }

    private static string Explain(WitnessStanding standing, string witness) => standing.Standing switch
    {
        Standing.Revoked => $"'{witness}' has revoked its attestation ({Excerpt.Of(standing.Revocation!.Reason)})",
        Standing.KeyRevoked => $"'{witness}' attested it with a key whose trust has ended",
        Standing.KeyNotPinned => $"'{witness}' attested it with a key that is pinned no more",
        _ => $"no attestation by '{witness}'",
    };

    private static string OtherWitnesses(AttestedImage known, CompiledPolicy policy) => string.Join(", ", known.Attestations
        .Select(attestation => attestation.Witness)
        .Distinct()
        .Where(name => policy.Witnesses.All(witness => witness.Name != name))
        .Select(name => $"'{name}'"));
}

/// <summary>Whether an image fulfils a policy, and why.</summary>
internal sealed record ImageVerdict(bool Holds, string Explanation, IReadOnlyList<string> Attestations)
{
    public static ImageVerdict Good(string explanation) => new(true, explanation, []);

    public static ImageVerdict Bad(string explanation) => new(false, explanation, []);
}
