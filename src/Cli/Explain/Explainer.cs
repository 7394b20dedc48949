using Kritis.Events.Contracts.Images;
using Kritis.Events.Verifier.Admission;
using Kritis.Events.Verifier.Policies;

namespace Kritis.Events.Cli.Explain;

/// <summary>Has the verifier's own code decide an object, and says what it rests on.</summary>
internal sealed class Explainer(AdmissionDecider decider, ClusterPolicies policies, NamespaceLabels labels, FoundAttestations found)
{
    /// <summary>The labels of the objects' namespaces; null where they are not known.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    public ExplainedObject Explain(ManifestReview review)
    {
        if (!review.DescribesPods)
        {
            return NotAsked(review);
        }

        if (Labels is not null)
        {
            labels.Set(review.Request.Namespace!, Labels);
        }

        return Decided(review, decider.Decide(review.Request));
    }

    private IEnumerable<string> Notes(ManifestReview review)
    {
        var ns = review.Request.Namespace!;
        if (review.Subject.Namespace is { } own && own != ns)
        {
            yield return $"the manifest names namespace {Excerpt.Of(own)}, and kubectl creates it in no other";
        }

        if (labels.Of(ns) is null && policies.Current.AsksForLabels(ns))
        {
            yield return $"the labels of namespace {Excerpt.Of(ns)} are not known here, so every policy that asks for labels counts; name them by --namespace-labels";
        }

        if (!review.IsKnownKind)
        {
            yield return $"the webhook is asked about a {Excerpt.Of(review.Subject.Kind)} only where its rules name that kind, otherwise about the Pods that come of it";
        }
    }

    private ExplainedObject Decided(ManifestReview review, AdmissionDecision decision) => new()
    {
        File = review.Subject.File,
        Line = review.Subject.Line,
        ApiVersion = review.Subject.ApiVersion,
        Kind = review.Subject.Kind,
        Name = review.Subject.Name,
        Namespace = review.Request.Namespace!,
        Admitted = decision.Allowed,
        Outcome = decision.Outcome.Name(),
        Message = decision.Message is { Length: > 0 } message ? message : null,
        Reason = decision.Reason,
        Notes = [.. Notes(review)],
        Policies = decision.Policies,
        Images = decision.Verdicts.Count > 0 ? [.. decision.Verdicts.Select(Image)] : [.. review.Request.Images.Select(NotChecked)],
    };

    private static ExplainedObject NotAsked(ManifestReview review) => new()
    {
        File = review.Subject.File,
        Line = review.Subject.Line,
        ApiVersion = review.Subject.ApiVersion,
        Kind = review.Subject.Kind,
        Name = review.Subject.Name,
        Namespace = review.Request.Namespace!,
        Admitted = true,
        Outcome = "not-asked",
        Reason = "it describes no Pod where the verifier looks for one; where the webhook's rules name its kind all the same, it is refused",
        Notes = [],
        Policies = [],
        Images = [],
    };

    private ExplainedImage Image(ImageVerdict verdict) => new()
    {
        Image = verdict.Image,
        Standing = Standing(verdict),
        Findings = [.. verdict.Findings.Select(finding => new ExplainedFinding
        {
            Policy = finding.Policy,
            Enforced = finding.IsEnforced,
            Holds = finding.Holds,
            Text = finding.Text,
            Attestations = finding.Attestations,
        })],
        Attestations = [.. verdict.Findings.SelectMany(finding => finding.Attestations).Distinct(StringComparer.Ordinal).Select(found.Explain).OfType<ExplainedAttestation>()],
    };

    private static ExplainedImage NotChecked(string image) => new() { Image = image, Standing = "not checked", Findings = [], Attestations = [] };

    private static string Standing(ImageVerdict verdict) => verdict switch
    {
        { IsRefused: true } => "not attested",
        { Holds: false } => "not attested, dry run",
        { BrokenGlass: not null } => "not attested, glass broken",
        _ when Array.TrueForAll(verdict.Findings, finding => finding.Attestations.Count == 0) => "passes without",
        _ => "attested",
    };
}
