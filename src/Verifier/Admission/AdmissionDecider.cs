using Kritis.Events.Attestations.Index;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.Verifier.Cache;
using Kritis.Events.Verifier.Policies;

namespace Kritis.Events.Verifier.Admission;

/// <summary>Decides a review from the policies and the index. It waits for nothing and asks nobody.</summary>
internal sealed class AdmissionDecider(ClusterPolicies policies, AttestationIndex index, Func<LogProgress> progress)
{
    public AdmissionDecision Decide(AdmissionRequest request)
    {
        if (request.Operation is "DELETE" or "CONNECT" && request.Problem is null)
        {
            return AdmissionDecision.Allow($"{request.Operation} brings no image in");
        }

        if (string.IsNullOrEmpty(request.Namespace))
        {
            return AdmissionDecision.Refuse("the review names no namespace, so no policy can be found for it");
        }

        // One set for the whole review, so that a reload in its middle cannot mix two.
        var set = policies.Current;
        var selecting = set.Of(request.Namespace);
        if (selecting.Length == 0)
        {
            return AdmissionDecision.Allow("no policy selects the namespace");
        }

        if (request.Problem is { } problem)
        {
            return AdmissionDecision.Refuse(problem) with { Policies = NamesOf(selecting) };
        }

        var added = request.OldImages is { } before ? [.. request.Images.Where(image => !before.Contains(image))] : request.Images;
        return added.Count == 0
            ? AdmissionDecision.Allow(request.Images.Count == 0 ? "the object names no image" : "the update adds no image")
            : Weigh(added, set, selecting);
    }

    private AdmissionDecision Weigh(IReadOnlyList<string> images, PolicySet set, CompiledPolicy[] selecting)
    {
        var read = progress();
        var refused = new List<string>();
        var warnings = new WarningList();
        var decisions = new List<ImageDecision>(images.Count);
        var dryRun = false;
        foreach (var image in images)
        {
            var weighed = Weigh(image, set, selecting, read);
            decisions.Add(weighed.Decision);
            if (weighed.Decision.Attested)
            {
                continue;
            }

            var line = $"image {ImageText.Shown(image)} is not attested";
            dryRun |= !weighed.Enforced;
            if (weighed.Enforced)
            {
                refused.Add(line);
            }

            warnings.Add(weighed.Enforced ? $"{line}: {weighed.Decision.Explanation}" : $"dry run: {line}: {weighed.Decision.Explanation}");
        }

        return new AdmissionDecision
        {
            Allowed = refused.Count == 0,
            DryRun = refused.Count == 0 && dryRun,
            Message = string.Join('\n', refused),
            Warnings = warnings.Finish(),
            Policies = NamesOf(selecting),
            Images = decisions,
        };
    }

    private (ImageDecision Decision, bool Enforced) Weigh(string image, PolicySet set, CompiledPolicy[] selecting, LogProgress read)
    {
        if (!ImageReference.TryParse(image, out var reference, out var problem))
        {
            return (Decision(image, ImageVerdict.Bad($"not an image name: {problem}")), selecting.Any(policy => policy.IsEnforced));
        }

        ImageVerdict? failed = null;
        var enforced = false;
        var attestations = new List<string>();
        foreach (var policy in selecting)
        {
            var verdict = ImageCheck.Check(reference, set, policy, index, read);
            attestations.AddRange(verdict.Attestations);
            if (verdict.Holds)
            {
                continue;
            }

            // The stricter wins: a policy that enforces is told before one that only watches.
            failed = failed is null || (policy.IsEnforced && !enforced) ? verdict : failed;
            enforced |= policy.IsEnforced;
        }

        return failed is null
            ? (Decision(image, new ImageVerdict(true, "fulfils every policy of the namespace", [.. attestations.Distinct()])), false)
            : (Decision(image, failed), enforced);
    }

    private static ImageDecision Decision(string image, ImageVerdict verdict) => new()
    {
        Image = ImageText.Shown(image),
        Attested = verdict.Holds,
        Explanation = verdict.Explanation,
        Attestations = verdict.Attestations,
    };

    private static string[] NamesOf(CompiledPolicy[] policies) => [.. policies.Select(policy => policy.Name)];
}
