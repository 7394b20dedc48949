namespace Kritis.Events.Attestations.Kubernetes;

/// <summary>How long to wait after the n-th failure in a row: from 250 ms, twice as long each time, at most 15 s, a random half of it taken away.</summary>
internal sealed class ClusterPause
{
    private const int Longest = 15_000;
    private int _next = 250;

    public TimeSpan Next()
    {
        var whole = _next;
        _next = Math.Min(_next * 2, Longest);
#pragma warning disable CA5394 // Nobody gains by guessing it.
        return TimeSpan.FromMilliseconds(Random.Shared.Next(whole / 2, whole + 1));
#pragma warning restore CA5394
    }

    public void Reset() => _next = 250;
}
