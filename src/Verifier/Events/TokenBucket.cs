namespace Kritis.Events.Verifier.Events;

/// <summary>Lets so many through at once and so many a second. For one user at a time.</summary>
internal sealed class TokenBucket(int burst, int perSecond, TimeProvider time)
{
    private double _tokens = burst;
    private long _filledAt = time.GetTimestamp();

    /// <summary>Waits for a token and takes it.</summary>
    public async ValueTask TakeAsync(CancellationToken cancellationToken)
    {
        Fill();
        while (_tokens < 1)
        {
            // At least a millisecond: a shorter delay is none.
            var missing = TimeSpan.FromSeconds((1 - _tokens) / perSecond) + TimeSpan.FromMilliseconds(1);
            await Task.Delay(missing, time, cancellationToken);
            Fill();
        }

        _tokens--;
    }

    private void Fill()
    {
        var now = time.GetTimestamp();
        _tokens = Math.Min(burst, _tokens + (time.GetElapsedTime(_filledAt, now).TotalSeconds * perSecond));
        _filledAt = now;
    }
}
