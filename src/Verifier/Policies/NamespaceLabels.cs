using System.Collections.Concurrent;

namespace Kritis.Events.Verifier.Policies;

/// <summary>
/// The labels of the cluster's namespaces, as far as they are known. A namespace that is not known here may be there all the same: it was made a moment
/// ago, or the API server is away, or this verifier does not watch it.
/// </summary>
internal sealed class NamespaceLabels(TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private readonly ConcurrentDictionary<string, IReadOnlyDictionary<string, string>> _labels = new();
    private volatile TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Raised after labels became known or may have changed. Handlers must be quick and not throw.</summary>
    public event Action? Changed;

    /// <summary>Whether namespaces are watched, so that one that is not known yet will be.</summary>
    public bool IsFollowed { get; set; }

    /// <summary>The labels, or null where they are not known.</summary>
    public IReadOnlyDictionary<string, string>? Of(string ns) => _labels.GetValueOrDefault(ns);

    /// <summary>Waits a moment for a namespace that was made just now; without holding a thread.</summary>
    public async ValueTask UntilKnownAsync(string ns, CancellationToken cancellationToken)
    {
        if (!IsFollowed || _labels.ContainsKey(ns))
        {
            return;
        }

        using var limit = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        while (!either.IsCancellationRequested)
        {
            var changed = _changed.Task;
            if (_labels.ContainsKey(ns))
            {
                return;
            }

            await changed.WaitAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Set(string ns, IReadOnlyDictionary<string, string> labels)
    {
        _labels[ns] = labels;
        Tell();
    }

    public void Remove(string ns) => _labels.TryRemove(ns, out _);

    /// <summary>Takes over all namespaces that there are now.</summary>
    public void Replace(IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> all)
    {
        foreach (var (ns, labels) in all)
        {
            _labels[ns] = labels;
        }

        foreach (var gone in _labels.Keys.Where(ns => !all.ContainsKey(ns)))
        {
            _ = _labels.TryRemove(gone, out _);
        }

        Tell();
    }

    private void Tell()
    {
        Interlocked.Exchange(ref _changed, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
        Changed?.Invoke();
    }
}
