namespace Kritis.Events.AlibabaCloud.Emulator;

/// <summary>Allows so many calls in any one second.</summary>
public sealed class Quota(int perSecond, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Queue<long> _taken = new();

    /// <summary>How many calls were refused.</summary>
    public int Refused { get; private set; }

    /// <summary>Takes one call.</summary>
    /// <exception cref="CloudErrorException">The quota is used up.</exception>
    public void Take()
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            while (_taken.TryPeek(out var oldest) && time.GetElapsedTime(oldest, now) >= TimeSpan.FromSeconds(1))
            {
                _ = _taken.Dequeue();
            }

            if (_taken.Count >= perSecond)
            {
                Refused++;
                throw new CloudErrorException(400, "Rejected.Throttling", "QPS Limit Exceeded");
            }

            _taken.Enqueue(now);
        }
    }
}
