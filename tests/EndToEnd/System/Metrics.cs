using System.Globalization;
using Kritis.Events.Servers;

namespace Kritis.Events.EndToEnd.System;

/// <summary>Reads a service's <c>/metrics</c>.</summary>
internal static class Metrics
{
    /// <summary>The sum of a counter over all its labels that hold <paramref name="label"/>.</summary>
    public static async Task<double> SumAsync(IEnumerable<ServiceProcess> services, string name, CancellationToken cancellationToken, string label = "")
    {
        var sum = 0.0;
        foreach (var service in services)
        {
            var text = await service.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative), cancellationToken);
            sum += text.Split('\n')
                .Where(line => line.StartsWith(name + "{", StringComparison.Ordinal) || line.StartsWith(name + " ", StringComparison.Ordinal))
                .Where(line => line.Contains(label, StringComparison.Ordinal))
                .Select(line => line[(line.LastIndexOf('}') + 1)..].Trim().Split(' ')[0])
                .Sum(value => double.Parse(value, CultureInfo.InvariantCulture));
        }

        return sum;
    }
}
