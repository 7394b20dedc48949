namespace Kritis.Events.Verifier.Workloads;

/// <summary>What speaks against the Pods that are there, and what of it was told. Each finding is told once, and again after a day.</summary>
internal sealed class WorkloadFindings(TimeProvider time)
{
    private static readonly TimeSpan TellAgain = TimeSpan.FromDays(1);
    private readonly Lock _changing = new();
    private readonly Dictionary<PodKey, FoundViolation> _found = [];
    private readonly ViolationCounts _counts = new();

    public bool IsEmpty
    {
        get
        {
            lock (_changing)
            {
                return _found.Count == 0;
            }
        }
    }

    public IReadOnlyCollection<PodKey> Keys
    {
        get
        {
            lock (_changing)
            {
                return [.. _found.Keys];
            }
        }
    }

    /// <summary>How many Pods do not fulfil a policy, by namespace and policy.</summary>
    public IReadOnlyDictionary<(string Namespace, string Policy), int> Counts
    {
        get
        {
            lock (_changing)
            {
                return _counts.Of(_found.Values);
            }
        }
    }

    /// <summary>Takes over what was found of a Pod; null where nothing speaks against it.</summary>
    public void Take(RunningPod pod, WorkloadFinding? finding)
    {
        lock (_changing)
        {
            if (finding is not null && _found.TryGetValue(pod.Key, out var known)
                && known.Pod.Metadata.Uid == pod.Metadata.Uid && known.Finding.Fingerprint == finding.Fingerprint)
            {
                return;
            }

            if (finding is null)
            {
                _ = _found.Remove(pod.Key);
            }
            else
            {
                _found[pod.Key] = new FoundViolation(pod, finding, time.GetUtcNow());
            }
        }
    }

    /// <summary>The Pod is gone.</summary>
    public void Forget(PodKey key)
    {
        lock (_changing)
        {
            _ = _found.Remove(key);
        }
    }

    /// <summary>What is still to be told, or was told so long ago that it is told again.</summary>
    public IReadOnlyList<FoundViolation> Untold()
    {
        var now = time.GetUtcNow();
        lock (_changing)
        {
            return [.. _found.Values.Where(found => found.ToldAt is not { } told || now - told >= TellAgain)];
        }
    }

    /// <summary>Everything is forgotten; another replica finds and tells from now on.</summary>
    public void Clear()
    {
        lock (_changing)
        {
            _found.Clear();
        }
    }
}

/// <summary>A finding with what was told of it.</summary>
internal sealed class FoundViolation(RunningPod pod, WorkloadFinding finding, DateTimeOffset foundAt)
{
    public RunningPod Pod => pod;

    public WorkloadFinding Finding => finding;

    public DateTimeOffset FoundAt => foundAt;

    /// <summary>When the bus took it; null where it has not yet. Only who tells reads and writes it.</summary>
    public DateTimeOffset? ToldAt { get; set; }

    /// <summary>When its Event was handed over.</summary>
    public DateTimeOffset? EventAt { get; set; }
}
