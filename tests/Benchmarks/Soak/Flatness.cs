using Kritis.Events.Benchmarks.Running;

namespace Kritis.Events.Benchmarks.Soak;

/// <summary>
/// Whether something stays as it is. Looked at is the second half of the samples: the first is allowed to fill caches. Their slope is the median of the
/// slopes between any two of them (Theil and Sen), so that single samples, a collection or a burst, do not decide; and what that comes to over the second
/// half, less what the work itself explains, must stay within a share of the median, or within a fixed amount where that is more.
/// </summary>
/// <param name="Median">The middle of the samples of the second half.</param>
/// <param name="Growth">How much it grew in that time, less what is explained.</param>
/// <param name="Limit">How much it may.</param>
internal sealed record Flatness(double Median, double Growth, double Limit)
{
    public bool IsFlat => Growth <= Limit;

    /// <summary>Judges samples.</summary>
    /// <param name="samples">When, in seconds, and how much; in order.</param>
    /// <param name="share">The share of the median that it may grow by.</param>
    /// <param name="least">The amount that it may grow by in any case.</param>
    /// <param name="explained">How much of the growth in the second half is as it should be.</param>
    /// <exception cref="ArgumentException">Fewer than six samples: no half of them says anything.</exception>
    public static Flatness Of(IReadOnlyList<(double Seconds, double Value)> samples, double share, double least, double explained)
    {
        if (samples.Count < 6)
        {
            throw new ArgumentException($"{samples.Count} samples are too few to tell; expected at least 6.", nameof(samples));
        }

        (double Seconds, double Value)[] half = [.. samples.Skip(samples.Count / 2)];
        var median = half.Select(sample => sample.Value).Median();
        var growth = (Slope(half) * (half[^1].Seconds - half[0].Seconds)) - explained;
        return new Flatness(median, growth, Math.Max(share * median, least));
    }

    private static double Slope((double Seconds, double Value)[] samples) => samples
        .SelectMany((first, at) => samples.Skip(at + 1).Select(second => (second.Value - first.Value) / (second.Seconds - first.Seconds)))
        .Median();
}
