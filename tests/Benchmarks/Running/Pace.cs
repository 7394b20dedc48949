using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Kritis.Events.Benchmarks.Running;

/// <summary>An even rate that does not wait for what it began: a server that is slow is asked no less.</summary>
internal static class Pace
{
    /// <summary>0, 1, 2 … each when it is due, or at once where that is over.</summary>
    /// <param name="rate">How many a second.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async IAsyncEnumerable<int> AtAsync(double rate, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        for (var number = 0; ; number++)
        {
            var wait = TimeSpan.FromSeconds(number / rate) - watch.Elapsed;
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, cancellationToken);
            }

            yield return number;
        }
    }
}
