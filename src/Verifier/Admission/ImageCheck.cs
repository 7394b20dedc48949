using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Verifier.Admission.BreakGlass;
using Kritis.Events.Verifier.Admission.Waiting;
using Kritis.Events.Verifier.Policies;

namespace Kritis.Events.Verifier.Admission;

/// <summary>Holds the images of one object against the policies of its namespace, from the index alone.</summary>
internal sealed class ImageCheck(
    AdmissionRequest request, PolicySet policies, CompiledPolicy[] selecting, AttestationIndex index, RecentPushes pushes, GlassCheck glass)
{
    public ImageVerdict Check(string image)
    {
        if (!ImageReference.TryParse(image, out var reference, out var problem))
        {
            return new ImageVerdict(image, Array.ConvertAll(selecting, policy => PolicyFinding.Fails(policy, $"invalid image name: {problem}")));
        }

        var signed = policies.Signed(reference);
        var asWritten = reference.ToString();
        var asSigned = ReferenceEquals(signed, reference) ? asWritten : signed.ToString();
        var exempted = policies.Exempts(request.Namespace!, asWritten, asSigned);
        var subject = reference.Digest is { } digest ? new Image(signed.Registry, signed.Repository, digest) : null;
        var pushedBefore = subject is null ? null : pushes.Age(subject);
        var known = subject is null ? null : index.Find(subject);
        var findings = new PolicyFinding[selecting.Length];
        for (var at = 0; at < selecting.Length; at++)
        {
            var policy = selecting[at];
            findings[at] = exempted is not null
                ? PolicyFinding.Passes(policy, $"exempt by '{exempted.Pattern}' of {exempted.Source}", [])
                : Exemption(policy, asWritten, asSigned)
                    ?? Placeholder(policy, image)
                    ?? glass.Apply(Find(policy, signed, subject, known, pushedBefore), policy, reference.Digest);
        }

        return new ImageVerdict(image, findings) { Pushed = pushedBefore is null ? null : subject };
    }

    private static PolicyFinding? Exemption(CompiledPolicy policy, string asWritten, string asSigned) =>
        (policy.Exempts(asWritten) ?? policy.Exempts(asSigned)) is { } pattern ? PolicyFinding.Passes(policy, $"exempt by '{pattern.Text}'", []) : null;

    /// <summary>What an injector will replace stands in a template; in a Pod it would be run as it is.</summary>
    private PolicyFinding? Placeholder(CompiledPolicy policy, string image) => !request.IsPod && policy.IsPlaceholder(image)
        ? PolicyFinding.Passes(policy, $"'{image}' stands for an image that is looked at in the Pod", [])
        : null;

    private PolicyFinding Find(CompiledPolicy policy, ImageReference signed, Image? subject, AttestedImage? known, TimeSpan? pushedBefore)
    {
        if (policy.Problem is { } problem)
        {
            return PolicyFinding.Fails(policy, $"nothing fulfils this policy until it is put right: {problem}");
        }

        if (subject is not null && known is not null)
        {
            return Count(policy, subject, known, pushedBefore);
        }

        return policy.Tags == TagReferences.Immutable && signed.Tag is { } tag && policies.HasImmutableTags(signed)
            ? Resolve(policy, signed, tag)
            : PolicyFinding.Fails(policy, NoDigest(signed));
    }

    /// <summary>A tag stands for what the policy's witnesses have signed for it, and for nothing that a registry or a push says.</summary>
    private PolicyFinding Resolve(CompiledPolicy policy, ImageReference signed, string tag)
    {
        var claims = index.FindTag(signed.Registry, signed.Repository, tag);
        var resolution = TagResolution.Of(claims, policy.Witnesses);
        if (resolution.Digest is not { } digest)
        {
            return PolicyFinding.Fails(policy, $"tag '{tag}': {resolution.Problem}");
        }

        if (resolution.Witnesses.Count < policy.AtLeast)
        {
            return PolicyFinding.Fails(policy, $"tag '{tag}': {resolution.Witnesses.Count} of {policy.AtLeast} witnesses have signed for this tag");
        }

        // Two policies must not each hold another image to be the one that the tag stands for.
        if (TagResolution.Of(claims, [.. selecting.SelectMany(other => other.Witnesses)]).Problem is { } disagreement)
        {
            return PolicyFinding.Fails(policy, $"tag '{tag}': {disagreement}");
        }

        var subject = new Image(signed.Registry, signed.Repository, digest);
        var finding = Count(policy, subject, index.Find(subject), pushedBefore: null);
        return finding with { Text = $"tag '{tag}' stands for {digest}: {finding.Text}" };
    }

    private static PolicyFinding Count(CompiledPolicy policy, Image subject, AttestedImage known, TimeSpan? pushedBefore)
    {
        var attestations = new List<string>(policy.Witnesses.Length);
        List<string>? missing = null;
        foreach (var witness in policy.Witnesses)
        {
            var standing = known.StandingOf(witness);
            if (standing.Standing == Standing.Attested)
            {
                attestations.Add(standing.Attestation!.IdFor(subject));
            }
            else
            {
                (missing ??= []).Add(StandingText.Of(standing, witness, pushedBefore));
            }
        }

        if (attestations.Count < policy.AtLeast)
        {
            return PolicyFinding.Fails(policy, StandingText.Shortfall(policy, known, attestations.Count, missing ?? []));
        }

        var text = missing is null ? policy.AttestedByAll : $"attested by {string.Join(", ", Counted(policy, known))}";
        return PolicyFinding.Passes(policy, text, attestations);
    }

    private static IEnumerable<string> Counted(CompiledPolicy policy, AttestedImage known) => policy.Witnesses
        .Where(witness => known.StandingOf(witness).Standing == Standing.Attested)
        .Select(witness => $"'{witness.Name}'");

    private static string NoDigest(ImageReference reference) =>
        $"no digest given, and a tag can be moved; use {ImageText.Brief(reference.Name)}@sha256:…";
}
