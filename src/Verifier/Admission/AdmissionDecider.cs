using Kritis.Events.Attestations.Index;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.Verifier.Cache;
using Kritis.Events.Verifier.Policies;

namespace Kritis.Events.Verifier.Admission;

/// <summary>Decides a review from the policies and the index. It waits for nothing and asks nobody.</summary>
internal sealed class AdmissionDecider(ClusterPolicies policies, AttestationIndex index, Func<LogProgress> progress)
{
    public AdmissionDecision Decide(AdmissionRequest request)
    {
        if (request.ReviewProblem is { } misunderstood)
        {
            return AdmissionDecision.Unreadable(misunderstood);
        }

        if (request.Operation is "DELETE" or "CONNECT")
        {
            return AdmissionDecision.Allow($"{request.Operation} brings no image in");
        }

        if (string.IsNullOrEmpty(request.Namespace))
        {
            return AdmissionDecision.Unreadable("the review names no namespace, so no policy can be found for it");
        }

        // One set for the whole review, so that a reload in its middle cannot mix two.
        var set = policies.Current;
        var selecting = set.Of(request.Namespace);
        if (selecting.Length == 0)
        {
            return AdmissionDecision.Allow("no policy selects the namespace");
        }

        var names = Array.ConvertAll(selecting, policy => policy.Name);
        if (request.ObjectProblem is { } unreadable)
        {
            return AdmissionDecision.Unreadable(unreadable) with { Policies = names };
        }

        var added = Added(request);
        return added.Count == 0
            ? AdmissionDecision.Allow(request.Images.Count == 0 ? "the object carries no image" : "the update adds no image") with { Policies = names }
            : Weigh(added, new ImageCheck(set, selecting, index)) with { Policies = names };
    }

    /// <summary>The images that an update brings in; all of them where what was there before is not known.</summary>
    private static IReadOnlyList<string> Added(AdmissionRequest request)
    {
        if (request.OldImages is not { } before)
        {
            return request.Images;
        }

        var added = new List<string>();
        foreach (var image in request.Images)
        {
            if (!before.Contains(image))
            {
                added.Add(image);
            }
        }

        return added;
    }

    private AdmissionDecision Weigh(IReadOnlyList<string> images, ImageCheck check)
    {
        // Asked before the index is: an answer may be told as too early that was not, but not the other way round.
        var read = progress();
        var decisions = new List<ImageDecision>(images.Count);
        var failed = new List<ImageVerdict>();
        foreach (var image in images)
        {
            var verdict = check.Check(image);
            decisions.Add(verdict.ToDecision());
            if (!verdict.Holds)
            {
                failed.Add(verdict);
            }
        }

        return failed.Count == 0
            ? new AdmissionDecision { Outcome = AdmissionOutcome.Allowed, Images = decisions }
            : Fail(failed, read) with { Images = decisions };
    }

    private static AdmissionDecision Fail(List<ImageVerdict> failed, LogProgress read)
    {
        var warnings = new WarningList();
        var behind = read.CaughtUp ? null : $"this verifier has not caught up with the attestation log yet ({read.Read} records read); try again";
        if (behind is not null)
        {
            warnings.Add(behind);
        }

        foreach (var verdict in failed)
        {
            verdict.Warn(warnings);
        }

        var refused = failed.FindAll(verdict => verdict.IsRefused);
        return new AdmissionDecision
        {
            Outcome = refused.Count > 0 ? AdmissionOutcome.Denied : AdmissionOutcome.DryRun,
            Message = string.Join('\n', refused.ConvertAll(verdict => verdict.Line)),
            Reason = behind,
            Warnings = warnings.Finish(),
        };
    }
}
