using Kritis.Events.Attestations.Index;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Verifier.Policies;

namespace Kritis.Events.Verifier.Admission;

/// <summary>Holds images against the policies of one namespace, from the index alone.</summary>
internal sealed class ImageCheck(PolicySet policies, CompiledPolicy[] selecting, AttestationIndex index)
{
    public ImageVerdict Check(string image)
    {
        if (!ImageReference.TryParse(image, out var reference, out var problem))
        {
            return new ImageVerdict(image, Array.ConvertAll(selecting, policy => Fails(policy, $"invalid image name: {problem}")));
        }

        var signed = policies.Signed(reference);
        var (asWritten, asSigned) = (reference.ToString(), signed.ToString());
        var known = reference.Digest is { } digest ? index.Find(new Image(signed.Registry, signed.Repository, digest)) : null;
        var findings = new PolicyFinding[selecting.Length];
        for (var at = 0; at < selecting.Length; at++)
        {
            findings[at] = Exemption(selecting[at], asWritten, asSigned)
                ?? (known is null ? Fails(selecting[at], NoDigest(reference)) : Count(selecting[at], known));
        }

        return new ImageVerdict(image, findings);
    }

    private static PolicyFinding? Exemption(CompiledPolicy policy, string asWritten, string asSigned) =>
        (policy.Exempts(asWritten) ?? policy.Exempts(asSigned)) is { } pattern ? Holds(policy, $"exempt by '{pattern.Text}'", []) : null;

    private static PolicyFinding Count(CompiledPolicy policy, AttestedImage known)
    {
        var attestations = new List<string>(policy.Witnesses.Length);
        var witnesses = new List<string>(policy.Witnesses.Length);
        List<string>? missing = null;
        foreach (var witness in policy.Witnesses)
        {
            var standing = known.StandingOf(witness);
            if (standing.Standing == Standing.Attested)
            {
                attestations.Add(standing.Attestation!.Id);
                witnesses.Add($"'{witness.Name}'");
            }
            else
            {
                (missing ??= []).Add(StandingText.Of(standing, witness.Name));
            }
        }

        return attestations.Count >= policy.AtLeast
            ? Holds(policy, $"attested by {string.Join(", ", witnesses)}", attestations)
            : Fails(policy, StandingText.Shortfall(policy, known, witnesses, missing ?? []));
    }

    private static string NoDigest(ImageReference reference) =>
        $"no digest given, and a tag can be moved; use {ImageText.Brief(reference.Name)}@sha256:…";

    private static PolicyFinding Holds(CompiledPolicy policy, string text, IReadOnlyList<string> attestations) =>
        new() { Policy = policy.Name, IsEnforced = policy.IsEnforced, Holds = true, Text = text, Attestations = attestations };

    private static PolicyFinding Fails(CompiledPolicy policy, string text) =>
        new() { Policy = policy.Name, IsEnforced = policy.IsEnforced, Holds = false, Text = text };
}
