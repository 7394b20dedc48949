using Kritis.Events.Contracts.Images;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.Verifier.Events;

namespace Kritis.Events.Verifier.Workloads;

/// <summary>A violation in the words of the bus and of the cluster.</summary>
internal static class WorkloadReport
{
    private const string Reason = "KritisPolicyViolation";
    private const int MostImages = 5;

    public static WorkloadViolated Message(FoundViolation found, string cluster, DateTimeOffset now) => new()
    {
        Id = $"{found.Pod.Metadata.Uid}/{found.Finding.Fingerprint}/{now.UtcDateTime:yyyyMMdd}",
        Cluster = cluster,
        Namespace = found.Pod.Key.Namespace,
        Kind = found.Pod.Kind,
        Name = found.Pod.Key.Name,
        Uid = found.Pod.Metadata.Uid ?? "",
        DryRun = found.Finding.DryRun,
        Reason = found.Finding.Reason is { } reason ? Excerpt.Of(reason) : null,
        Policies = found.Finding.Policies,
        Images = found.Finding.Images,
        FoundAt = found.FoundAt,
    };

    /// <summary>The Event on the Pod itself, in its own namespace.</summary>
    public static EventNotice Notice(FoundViolation found)
    {
        var subject = new EventSubject
        {
            ApiVersion = found.Pod.ApiVersion,
            Kind = found.Pod.Kind,
            Namespace = found.Pod.Key.Namespace,
            Name = found.Pod.Key.Name,
            Uid = found.Pod.Metadata.Uid,
        };
        return new EventNotice { Reason = Reason, Namespace = found.Pod.Key.Namespace, Action = "Check", Subject = subject, Message = EventText.Of(Line(found.Finding), subject) };
    }

    /// <summary>What speaks against the Pod, for people.</summary>
    public static string Line(WorkloadFinding finding)
    {
        var images = finding.Images.Take(MostImages).Select(image => $"image {image.Image} is not attested ({image.Explanation})").ToList();
        if (finding.Reason is { } reason)
        {
            images.Insert(0, Excerpt.Of(reason));
        }

        var more = finding.Images.Count > MostImages ? "; and more" : "";
        return (finding.DryRun ? "dry run: " : "") + string.Join("; ", images) + more;
    }
}
