namespace Kritis.Events.Benchmarks.Scale;

/// <summary>The straight line nearest to some points, by least squares: what something costs in any case, and for each.</summary>
/// <param name="Fixed">What it costs without any.</param>
/// <param name="Each">What one more costs.</param>
internal readonly record struct Line(double Fixed, double Each)
{
    /// <exception cref="ArgumentException">Fewer than two different sizes.</exception>
    public static Line Through(IReadOnlyList<(double Size, double Cost)> points)
    {
        var (size, cost) = (points.Average(point => point.Size), points.Average(point => point.Cost));
        var spread = points.Sum(point => (point.Size - size) * (point.Size - size));
        if (spread == 0)
        {
            throw new ArgumentException("One size makes no line; expected at least two.", nameof(points));
        }

        var each = points.Sum(point => (point.Size - size) * (point.Cost - cost)) / spread;
        return new Line(cost - (each * size), each);
    }

    public double At(double size) => Fixed + (Each * size);
}
