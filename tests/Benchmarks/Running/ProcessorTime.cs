using System.Diagnostics;
using System.Globalization;

namespace Kritis.Events.Benchmarks.Running;

/// <summary>
/// The CPU time that processes take, and the rest of the machine beside them (proc(5), <c>stat</c>). Unlike the clock it says the same, or nearly so, on a
/// machine that others use as well.
/// </summary>
internal sealed class ProcessorTime
{
    // proc(5): the machine's counters are in hundredths of a second, whatever the kernel's own clock.
    private const double TicksASecond = 100;
    private const double NanosecondsAMicrosecond = 1000;
    private const int IdleField = 3;
    private const int WaitingField = 4;
    private const int KernelFields = 8;
    private readonly (string Name, int Id)[] _processes;

    /// <param name="processes">The ids of the processes and what they are called.</param>
    public ProcessorTime(params (string Name, int Id)[] processes) => _processes = processes;

    /// <summary>Seconds since each was started, and of the whole machine.</summary>
    public ProcessorSeconds Read() => new([.. _processes.Select(process => (process.Name, Of(process.Id)))], Machine());

    /// <summary>What the calling thread has taken (proc(5), <c>schedstat</c>).</summary>
    public static TimeSpan OfThisThread() => TimeSpan.FromMicroseconds(
        double.Parse(File.ReadAllText("/proc/thread-self/schedstat").Split(' ')[0], CultureInfo.InvariantCulture) / NanosecondsAMicrosecond);

    private static double Of(int id)
    {
        using var process = Process.GetProcessById(id);
        return process.TotalProcessorTime.TotalSeconds;
    }

    private static double Machine()
    {
        var fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(KernelFields)
            .Select(field => double.Parse(field, CultureInfo.InvariantCulture)).ToArray();
        return (fields.Sum() - fields[IdleField] - fields[WaitingField]) / TicksASecond;
    }
}

/// <summary>CPU time in seconds.</summary>
/// <param name="Processes">Of each process.</param>
/// <param name="Machine">Of all that ran on the machine, these processes among them.</param>
internal sealed record ProcessorSeconds(IReadOnlyList<(string Name, double Seconds)> Processes, double Machine)
{
    /// <summary>Of the processes together.</summary>
    public double Ours => Processes.Sum(process => process.Seconds);

    /// <summary>What was taken since <paramref name="before"/>.</summary>
    public ProcessorSeconds Since(ProcessorSeconds before) => new(
        [.. Processes.Zip(before.Processes, (now, then) => (now.Name, now.Seconds - then.Seconds))], Machine - before.Machine);
}
