using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Verifier.Admission.BreakGlass;
using Kritis.Events.Verifier.Admission.Waiting;
using Kritis.Events.Verifier.Policies;

namespace Kritis.Events.Verifier.Admission;

/// <summary>Holds the images of one object against the policies of its namespace, from the index alone.</summary>
internal sealed class ImageCheck(
    AdmissionRequest request, PolicySet policies, NamespacePolicies selecting, AttestationIndex index, RecentPushes pushes, GlassCheck glass)
{
    public ImageVerdict Check(string image)
    {
        var written = policies.Written(image);
        var known = written.Subject is { } subject ? index.Find(subject) : null;
        return known is not null && written.TryVerdict(selecting, known, out var kept) ? kept : CheckAnew(written, known);
    }

    private ImageVerdict CheckAnew(WrittenImage written, AttestedImage? known)
    {
        var image = written.Text;
        if (written.Reference is not { } reference)
        {
            return new ImageVerdict(image, Array.ConvertAll(selecting.Policies, policy => PolicyFinding.Fails(policy, $"invalid image name: {written.Problem}")));
        }

        var exempted = policies.Exempts(request.Namespace!, written.AsWritten, written.AsSigned);
        var pushedBefore = written.Subject is null ? null : pushes.Age(written.Subject);
        var findings = Array.ConvertAll(selecting.Policies, policy => exempted is not null
            ? PolicyFinding.Passes(policy, $"exempt by '{exempted.Pattern}' of {exempted.Source}", [])
            : Exemption(policy, written)
                ?? Placeholder(policy, image)
                ?? glass.Apply(Find(policy, written, known, pushedBefore), policy, reference.Digest));

        var verdict = new ImageVerdict(image, findings) { Pushed = pushedBefore is null ? null : written.Subject };
        if (known is not null && Array.TrueForAll(findings, finding => finding.RestsOnAttestations))
        {
            written.Keep(selecting, known, verdict);
        }

        return verdict;
    }

    private static PolicyFinding? Exemption(CompiledPolicy policy, WrittenImage written) =>
        (policy.Exempts(written.AsWritten) ?? policy.Exempts(written.AsSigned)) is { } pattern ? PolicyFinding.Passes(policy, $"exempt by '{pattern.Text}'", []) : null;

    /// <summary>What an injector will replace stands in a template; in a Pod it would be run as it is.</summary>
    private PolicyFinding? Placeholder(CompiledPolicy policy, string image) => !request.IsPod && policy.IsPlaceholder(image)
        ? PolicyFinding.Passes(policy, $"'{image}' stands for an image that is looked at in the Pod", [])
        : null;

    private PolicyFinding Find(CompiledPolicy policy, WrittenImage written, AttestedImage? known, TimeSpan? pushedBefore)
    {
        if (policy.Problem is { } problem)
        {
            return PolicyFinding.Fails(policy, $"nothing fulfils this policy until it is put right: {problem}");
        }

        if (written.Subject is { } subject && known is not null)
        {
            return Count(policy, subject, known, pushedBefore);
        }

        var signed = written.Signed!;
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
        if (TagResolution.Of(claims, [.. selecting.Policies.SelectMany(other => other.Witnesses)]).Problem is { } disagreement)
        {
            return PolicyFinding.Fails(policy, $"tag '{tag}': {disagreement}");
        }

        var subject = new Image(signed.Registry, signed.Repository, digest);
        var finding = Count(policy, subject, index.Find(subject), pushedBefore: null);
        return finding with { RestsOnAttestations = false, Text = $"tag '{tag}' stands for {digest}: {finding.Text}" };
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
        return PolicyFinding.Passes(policy, text, attestations) with { RestsOnAttestations = true };
    }

    private static IEnumerable<string> Counted(CompiledPolicy policy, AttestedImage known) => policy.Witnesses
        .Where(witness => known.StandingOf(witness).Standing == Standing.Attested)
        .Select(witness => $"'{witness.Name}'");

    private static string NoDigest(ImageReference reference) =>
        $"no digest given, and a tag can be moved; use {ImageText.Brief(reference.Name)}@sha256:…";
}
