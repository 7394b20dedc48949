using System.Diagnostics;
using Kritis.Events.Benchmarks.Running;
using Kritis.Events.Servers;

namespace Kritis.Events.Benchmarks.Start;

/// <summary>A program whose start is measured, each time on settings that are made for it anew.</summary>
/// <param name="Name">What it is called among the figures.</param>
/// <param name="Program">Its assembly, or the program itself.</param>
/// <param name="Scheme">How it is asked.</param>
/// <param name="Settings">Makes settings that nobody has started on yet.</param>
/// <param name="Variables">Makes variables of its process from its address.</param>
internal sealed record StartedProgram(
    string Name, string Program, string Scheme, Func<Dictionary<string, string>> Settings, Func<Uri, Dictionary<string, string>> Variables)
{
    private const double QuietShare = 0.02;
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1);

    /// <summary>Starts it, waits until it is ready, and stops it.</summary>
    public async Task<StartTime> MeasureAsync(CancellationToken cancellationToken)
    {
        var (address, settings) = (BuiltService.Loopback(Scheme), Settings());
        var watch = Stopwatch.StartNew();
        await using var process = Start(address, settings);
        await Eventually.Async($"{Name} answers", () => AnswersAsync(process, cancellationToken), cancellationToken, () => process.Output);
        var alive = watch.Elapsed.TotalSeconds;
        await process.UntilReadyAsync(cancellationToken);
        return new StartTime(alive, watch.Elapsed.TotalSeconds);
    }

    /// <summary>Starts it, waits until it is ready and does nothing any more, and reads what it occupies.</summary>
    public async Task<RestingMemory> RestAsync(CancellationToken cancellationToken)
    {
        await using var process = Start(BuiltService.Loopback(Scheme), Settings());
        await process.UntilReadyAsync(cancellationToken);
        await UntilQuietAsync(process.Id, cancellationToken);
        var resident = ProcessStatus.Of(process.Id).Resident;
        return new RestingMemory(resident, await ManagedHeap.CollectAsync(process.Id, process.Http, cancellationToken));
    }

    private ServiceProcess Start(Uri address, Dictionary<string, string> settings) => ServiceProcess.Start(Name, Program, address, settings, Variables(address));

    private static async Task<bool> AnswersAsync(ServiceProcess process, CancellationToken cancellationToken)
    {
        using var answer = process.HasExited
            ? throw new InvalidOperationException("it ended")
            : await process.Http.GetAsync(new Uri("/healthz", UriKind.Relative), cancellationToken);
        return answer.IsSuccessStatusCode;
    }

    private static async Task UntilQuietAsync(int id, CancellationToken cancellationToken)
    {
        using var process = Process.GetProcessById(id);
        var used = TimeSpan.MaxValue;
        while (used > Quiet * QuietShare)
        {
            var before = process.TotalProcessorTime;
            await Task.Delay(Quiet, cancellationToken);
            process.Refresh();
            used = process.TotalProcessorTime - before;
        }
    }
}

/// <summary>How long a start took, in seconds since the process was started.</summary>
/// <param name="Alive">Until it answered at all.</param>
/// <param name="Ready">Until it said that it was ready.</param>
internal sealed record StartTime(double Alive, double Ready);

/// <summary>What a program occupies that has nothing to do, in bytes.</summary>
/// <param name="Resident">As the system counts it.</param>
/// <param name="Heap">Objects, after a full collection.</param>
internal sealed record RestingMemory(double Resident, double Heap);
