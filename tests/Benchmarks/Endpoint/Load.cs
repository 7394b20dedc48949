using System.Diagnostics;
using Kritis.Events.Benchmarks.Running;

namespace Kritis.Events.Benchmarks.Endpoint;

/// <summary>Sends one review over several connections as fast as the server answers.</summary>
internal static class Load
{
    public static Task<ILoadConnection[]> OpenAsync(int http, int connections, Uri target, HttpScenario scenario, CancellationToken cancellationToken) =>
        Task.WhenAll(Enumerable.Range(0, connections).Select(_ => http == 1
            ? Http1Connection.OpenAsync(target, scenario, cancellationToken)
            : Http2Connection.OpenAsync(target, scenario, cancellationToken)));

    /// <summary>Sends for some time.</summary>
    /// <param name="connections">Open connections.</param>
    /// <param name="duration">How long.</param>
    /// <param name="server">The process id of the server.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<LoadMeasure> RunAsync(ILoadConnection[] connections, TimeSpan duration, int server, CancellationToken cancellationToken)
    {
        using var process = Process.GetProcessById(server);
        var cpu = process.TotalProcessorTime;
        var watch = Stopwatch.StartNew();
        var times = await Task.WhenAll(connections.SelectMany(connection => Enumerable.Range(0, connection.Streams)
            .Select(_ => Task.Run(() => SendAsync(connection, watch, duration, cancellationToken), cancellationToken))));
        var elapsed = watch.Elapsed;
        process.Refresh();
        double[] sorted = [.. times.SelectMany(of => of).Order()];
        return new LoadMeasure(
            sorted.Length / elapsed.TotalSeconds,
            Rounds.Percentile(sorted, 0.5),
            Rounds.Percentile(sorted, 0.99),
            (process.TotalProcessorTime - cpu).TotalMicroseconds / sorted.Length);
    }

    /// <summary>Sends <paramref name="times"/> times, one after the other.</summary>
    public static async Task RepeatAsync(ILoadConnection connection, int times, CancellationToken cancellationToken)
    {
        for (var sent = 0; sent < times; sent++)
        {
            await connection.SendAsync(cancellationToken);
        }
    }

    private static async Task<List<double>> SendAsync(ILoadConnection connection, Stopwatch watch, TimeSpan duration, CancellationToken cancellationToken)
    {
        var times = new List<double>(10_000);
        do
        {
            var started = Stopwatch.GetTimestamp();
            await connection.SendAsync(cancellationToken);
            times.Add(Stopwatch.GetElapsedTime(started).TotalMicroseconds);
        }
        while (watch.Elapsed < duration);

        return times;
    }
}

/// <summary>What the load saw; times in microseconds.</summary>
internal readonly record struct LoadMeasure(double PerSecond, double P50, double P99, double Cpu);
