using System.Collections.Concurrent;

namespace Kritis.Events.Verifier.Workloads;

/// <summary>The Pods of the cluster that run or will.</summary>
internal sealed class RunningPods
{
    private readonly ConcurrentDictionary<PodKey, RunningPod> _pods = new();

    public int Count => _pods.Count;

    public IReadOnlyCollection<PodKey> Keys => [.. _pods.Keys];

    public RunningPod? Find(PodKey key) => _pods.GetValueOrDefault(key);

    /// <summary>Takes over all Pods that there are now.</summary>
    public void Replace(IEnumerable<RunningPod> pods)
    {
        var all = pods.Where(pod => !pod.HasEnded).ToDictionary(pod => pod.Key);
        foreach (var gone in _pods.Keys.Where(key => !all.ContainsKey(key)))
        {
            _ = _pods.TryRemove(gone, out _);
        }

        foreach (var (key, pod) in all)
        {
            _pods[key] = pod;
        }
    }

    /// <summary>A Pod was made or has changed.</summary>
    /// <returns>Whether it has to be checked: most changes of a Pod concern its status only.</returns>
    public bool Set(RunningPod pod)
    {
        if (pod.HasEnded)
        {
            return Remove(pod.Key);
        }

        if (_pods.TryGetValue(pod.Key, out var before) && before.IsChecked(pod))
        {
            return false;
        }

        _pods[pod.Key] = pod;
        return true;
    }

    /// <returns>Whether it was known.</returns>
    public bool Remove(PodKey key) => _pods.TryRemove(key, out _);

    public void Clear() => _pods.Clear();
}
