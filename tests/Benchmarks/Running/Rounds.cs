namespace Kritis.Events.Benchmarks.Running;

/// <summary>Measures several things in turn, A B A B …, so that a machine that drifts disturbs all of them alike.</summary>
internal static class Rounds
{
    /// <summary>The results of each of <paramref name="measured"/>, one a round.</summary>
    public static List<T>[] Alternate<T>(int rounds, params IReadOnlyList<Func<T>> measured)
    {
        var results = Array.ConvertAll(new int[measured.Count], _ => new List<T>(rounds));
        for (var round = 0; round < rounds; round++)
        {
            for (var at = 0; at < measured.Count; at++)
            {
                results[at].Add(measured[at]());
            }
        }

        return results;
    }

    /// <summary>The middle of several values; of an even number the mean of the two in the middle.</summary>
    public static double Median(this IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /// <summary>The value that <paramref name="share"/> of all values do not exceed.</summary>
    /// <param name="sorted">The values, rising.</param>
    /// <param name="share">0 to 1.</param>
    public static double Percentile(double[] sorted, double share) =>
        sorted.Length == 0 ? double.NaN : sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Length) - 1, 0, sorted.Length - 1)];
}
