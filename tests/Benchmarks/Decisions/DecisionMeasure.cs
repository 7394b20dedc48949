using System.Diagnostics;

namespace Kritis.Events.Benchmarks.Decisions;

/// <summary>How fast one thread decides, and what it allocates for it.</summary>
/// <param name="PerSecond">Decisions a second of CPU time.</param>
/// <param name="Allocated">Bytes allocated for each.</param>
internal readonly record struct DecisionMeasure(double PerSecond, double Allocated)
{
    private const int Between = 64;

    /// <summary>Decides the reviews in turn for some time.</summary>
    /// <param name="decide">Answers whether the review is admitted.</param>
    /// <param name="reviews">The reviews.</param>
    /// <param name="admitted">What each answer must be: a fast wrong answer is worth nothing.</param>
    /// <param name="duration">How long.</param>
    public static DecisionMeasure Take(Func<ReadOnlyMemory<byte>, bool> decide, byte[][] reviews, bool admitted, TimeSpan duration)
    {
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var (watch, before) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
        var decided = 0L;
        // A short time on the clock may go by without a moment of this process'.
        while (watch.Elapsed < duration || Environment.CpuUsage.TotalTime == before)
        {
            for (var at = 0; at < Between; at++)
            {
                if (decide(reviews[decided++ % reviews.Length]) != admitted)
                {
                    throw new InvalidOperationException($"A review was {(admitted ? "refused" : "admitted")} that should not have been.");
                }
            }
        }

        // Of the time on the clock, others may have had a share; what this process spent is one core's.
        var seconds = (Environment.CpuUsage.TotalTime - before).TotalSeconds;
        return new DecisionMeasure(decided / seconds, (GC.GetAllocatedBytesForCurrentThread() - allocated) / (double)decided);
    }
}
