using Kritis.Events.Attestations.Index;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.Verifier.Admission.BreakGlass;
using Kritis.Events.Verifier.Admission.Waiting;
using Kritis.Events.Verifier.Cache;
using Kritis.Events.Verifier.Policies;

namespace Kritis.Events.Verifier.Admission;

/// <summary>Decides a review from the policies and the index. It waits for nothing and asks nobody.</summary>
internal sealed class AdmissionDecider(
    ClusterPolicies policies, NamespaceLabels labels, AttestationIndex index, RecentPushes pushes, Func<LogProgress> progress, TimeProvider time)
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
        var selecting = set.Of(request.Namespace, labels.Of(request.Namespace));
        if (selecting.Policies.Length == 0)
        {
            return AdmissionDecision.Allow("no policy selects the namespace");
        }

        var names = selecting.Names;
        if (request.ObjectProblem is { } unreadable)
        {
            return AdmissionDecision.Unreadable(unreadable) with { Policies = names, Unfulfilled = names };
        }

        var added = Added(request);
        if (added.Count == 0)
        {
            return AdmissionDecision.Allow(request.Images.Count == 0 ? "the object carries no image" : "the update adds no image") with { Policies = names };
        }

        var glass = request.BreakGlass is null ? GlassCheck.Whole : new GlassCheck(request.BreakGlass, time.GetUtcNow());
        return Weigh(added, new ImageCheck(request, set, selecting, index, pushes, glass), names);
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

    private AdmissionDecision Weigh(IReadOnlyList<string> images, ImageCheck check, string[] policies)
    {
        // Asked before the index is: an answer may be told as too early that was not, but not the other way round.
        var read = progress();
        var decisions = new ImageDecision[images.Count];
        var verdicts = new ImageVerdict[images.Count];
        List<ImageVerdict>? told = null;
        for (var at = 0; at < verdicts.Length; at++)
        {
            var verdict = verdicts[at] = check.Check(images[at]);
            decisions[at] = verdict.Decision;
            if (!verdict.Holds || verdict.BrokenGlass is not null)
            {
                (told ??= []).Add(verdict);
            }
        }

        return told is null
            ? new AdmissionDecision { Outcome = AdmissionOutcome.Allowed, Images = decisions, Verdicts = verdicts, Policies = policies }
            : Tell(told, read) with { Images = decisions, Verdicts = verdicts, Policies = policies };
    }

    private static AdmissionDecision Tell(List<ImageVerdict> told, LogProgress read)
    {
        var warnings = new WarningList();
        var behind = read.CaughtUp ? null : $"this verifier has not caught up with the attestation log yet ({read.Read} records read); try again";
        if (behind is not null)
        {
            warnings.Add(behind);
        }

        foreach (var verdict in told)
        {
            verdict.Warn(warnings);
        }

        var refused = told.FindAll(verdict => verdict.IsRefused);
        var patience = refused.Select(verdict => verdict.Patience).DefaultIfEmpty().Min();
        return new AdmissionDecision
        {
            Outcome = OutcomeOf(told, refused),
            Message = string.Join('\n', refused.ConvertAll(verdict => verdict.Line)),
            Reason = behind,
            Warnings = warnings.Finish(),
            Unfulfilled = [.. told.SelectMany(verdict => verdict.Unfulfilled).Distinct(StringComparer.Ordinal)],
            BreakGlass = refused.Count > 0 ? null : told.Find(verdict => verdict.BrokenGlass is not null)?.BrokenGlass,
            Patience = patience,
            Awaited = patience > TimeSpan.Zero ? refused.ConvertAll(verdict => verdict.Pushed!) : [],
        };
    }

    private static AdmissionOutcome OutcomeOf(List<ImageVerdict> told, List<ImageVerdict> refused)
    {
        if (refused.Count > 0)
        {
            return AdmissionOutcome.Denied;
        }

        return told.Exists(verdict => verdict.BrokenGlass is not null) ? AdmissionOutcome.BreakGlass : AdmissionOutcome.DryRun;
    }
}
