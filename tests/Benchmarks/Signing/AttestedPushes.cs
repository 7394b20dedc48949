using System.Diagnostics;
using Kritis.Events.Benchmarks.Data;

namespace Kritis.Events.Benchmarks.Signing;

/// <summary>Tells the intakes of pushes as fast as they take them, and waits until the broker has every attestation.</summary>
/// <param name="pushed">Images that are in the registry.</param>
/// <param name="count">The attestations so far.</param>
internal sealed class AttestedPushes(Pushes pushed, AttestationCount count)
{
    private const int AtOnce = 32;
    private int _told;

    /// <summary>Tells of the next <paramref name="pushes"/>.</summary>
    /// <returns>Attestations a second.</returns>
    public async Task<double> RateAsync(int pushes, CancellationToken cancellationToken)
    {
        var first = _told;
        _told += pushes;
        var done = count.ReachAsync(_told);
        var watch = Stopwatch.StartNew();
        await Parallel.ForAsync(
            first, _told, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (number, cancelled) => await pushed.TellAsync(number, cancelled));
        await done.WaitAsync(cancellationToken);
        return pushes / watch.Elapsed.TotalSeconds;
    }
}
