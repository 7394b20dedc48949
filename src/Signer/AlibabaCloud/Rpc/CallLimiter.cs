namespace Kritis.Events.Signer.AlibabaCloud.Rpc;

/// <summary>
/// Lets calls through at the pace that a quota allows, in the order in which they came. Slows down where the service says that the quota is used up,
/// by other users of the account for example, the more the more it refuses, and comes back to the full pace by and by. Safe to call from several threads.
/// </summary>
/// <param name="perSecond">The quota, calls a second.</param>
/// <param name="time">The clock.</param>
internal sealed class CallLimiter(int perSecond, TimeProvider time)
{
    // What leaves here evenly arrives a little unevenly; a pace of just the quota would overstep it now and then.
    private const double Headroom = 0.985;
    // One refusal is a call that came a little early; many are a quota that others use as well.
    private const double Cut = 0.98;
    private const double DeepestCut = 0.8;
    private const double SlowestShare = 0.02;
    private const double RegainedShareASecond = 0.05;
    private static readonly TimeSpan BetweenCuts = TimeSpan.FromMilliseconds(250);

    private readonly Lock _lock = new();
    private readonly double _full = perSecond * Headroom;
    private double _pace = perSecond * Headroom;
    private long _next = time.GetTimestamp();
    private long _paceAt = time.GetTimestamp();
    private long _firstCut = time.GetTimestamp() - time.TimestampFrequency;
    private double _floor;

    /// <summary>Calls a second that are let through now.</summary>
    public double Pace
    {
        get
        {
            lock (_lock)
            {
                Regain(time.GetTimestamp());
                return _pace;
            }
        }
    }

    /// <summary>Waits for the caller's turn.</summary>
    public Task WaitAsync(CancellationToken cancellationToken)
    {
        var wait = Reserve();
        return wait > TimeSpan.Zero ? Task.Delay(wait, time, cancellationToken) : Task.CompletedTask;
    }

    /// <summary>The service said that the quota was used up.</summary>
    public void Throttled()
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            Regain(now);
            if (time.GetElapsedTime(_firstCut, now) >= BetweenCuts)
            {
                // Calls that were under way together are refused together; what is cut for them has an end.
                _firstCut = now;
                _floor = Math.Max(_pace * DeepestCut, Math.Max(1, _full * SlowestShare));
            }

            _pace = Math.Max(_pace * Cut, _floor);
        }
    }

    private TimeSpan Reserve()
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            Regain(now);
            var turn = Math.Max(_next, now);
            _next = turn + (long)(time.TimestampFrequency / _pace);
            return time.GetElapsedTime(now, turn);
        }
    }

    private void Regain(long now)
    {
        _pace = Math.Min(_full, _pace + (_full * RegainedShareASecond * time.GetElapsedTime(_paceAt, now).TotalSeconds));
        _paceAt = now;
    }
}
