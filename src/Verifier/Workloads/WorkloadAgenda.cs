using System.Threading.Channels;

namespace Kritis.Events.Verifier.Workloads;

/// <summary>What is to be checked next. Whoever puts something on it goes on at once, from any thread.</summary>
internal sealed class WorkloadAgenda
{
    /// <summary>The most Pods that are named; beyond it all are meant.</summary>
    public const int MostPods = 10_000;

    private readonly Lock _changing = new();
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private HashSet<PodKey> _pods = [];
    private bool _all;
    private bool _violating;

    /// <summary>Every Pod.</summary>
    public void AddAll() => Add(() => _all = true);

    /// <summary>The Pods against which something speaks now.</summary>
    public void AddViolating() => Add(() => _violating = true);

    /// <summary>One Pod, which may be gone.</summary>
    public void Add(PodKey pod) => Add(() =>
    {
        _ = _pods.Count < MostPods ? _pods.Add(pod) : _all = true;
    });

    /// <summary>Waits until something stands on it, but not longer than <paramref name="longest"/>.</summary>
    public async Task WaitAsync(TimeSpan longest, TimeProvider time, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(longest, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        Task woken = _wake.Reader.ReadAsync(either.Token).AsTask();
        await woken.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Takes everything off it.</summary>
    public (bool All, bool Violating, IReadOnlyCollection<PodKey> Pods) Take()
    {
        lock (_changing)
        {
            var due = (_all, _violating, _pods);
            (_all, _violating, _pods) = (false, false, []);
            return due;
        }
    }

    private void Add(Action change)
    {
        lock (_changing)
        {
            change();
        }

        _ = _wake.Writer.TryWrite(true);
    }
}
