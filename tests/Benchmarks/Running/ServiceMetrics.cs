using System.Globalization;

namespace Kritis.Events.Benchmarks.Running;

/// <summary>A service's <c>/metrics</c> at one moment (Prometheus' text format).</summary>
internal sealed class ServiceMetrics
{
    private readonly string[] _lines;

    private ServiceMetrics(string[] lines) => _lines = lines;

    public static async Task<ServiceMetrics> ReadAsync(HttpClient http, CancellationToken cancellationToken) =>
        new((await http.GetStringAsync(new Uri("/metrics", UriKind.Relative), cancellationToken)).Split('\n'));

    /// <summary>The sum of a metric over all its labels that hold <paramref name="label"/>; 0 where there is none.</summary>
    public double Sum(string name, string label = "") => _lines
        .Where(line => line.StartsWith(name + "{", StringComparison.Ordinal) || line.StartsWith(name + " ", StringComparison.Ordinal))
        .Where(line => line.Contains(label, StringComparison.Ordinal))
        .Sum(line => double.Parse(Value(line, name), CultureInfo.InvariantCulture));

    private static string Value(string line, string name) => line[Math.Max(line.LastIndexOf('}') + 1, name.Length)..].Trim().Split(' ')[0];
}
