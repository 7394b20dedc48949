using System.Diagnostics;
using Kritis.Events.Fuzzing.Inputs;

namespace Kritis.Events.Fuzzing.Running;

/// <summary>Feeds one target and measures what each input costs.</summary>
internal sealed class FuzzRun
{
    /// <summary>The most CPU time that an input may take.</summary>
    public static readonly TimeSpan MostCpu = TimeSpan.FromMilliseconds(100);

    // A reader that is compiled, or collects garbage, in the middle of an input is not slow for that input.
    private const int Tries = 3;
    private const int WarmUps = 3;
    private const int MostFindings = 10;

    // What a request's thread has (the thread pool's), so that nesting that is too deep for it is too deep here.
    private const int StackBytes = 1_536 * 1024;
    private static readonly TimeSpan Hang = TimeSpan.FromMinutes(1);
    private readonly FuzzTarget _target;
    private readonly InputSource _inputs;
    private readonly FuzzReport _report;
    private long _number = -1;

    public FuzzRun(FuzzTarget target, ulong seed)
    {
        _target = target;
        _inputs = new InputSource(target.Name, target.Seeds, seed);
        _report = new FuzzReport(target.Name, seed);
    }

    /// <summary>Runs the inputs from number <paramref name="from"/> on; the first are the seeds themselves.</summary>
    /// <param name="from">The first input's number.</param>
    /// <param name="count">How many.</param>
    /// <param name="progress">Told now and then which input is next, so that one that kills the process can be found.</param>
    public FuzzReport Run(long from, long count, Action<long>? progress = null)
    {
        var started = Stopwatch.GetTimestamp();
        var thread = new Thread(() => Feed(from, from + count), StackBytes) { IsBackground = true };
        thread.Start();
        var (seen, since) = (-1L, started);
        while (!thread.Join(TimeSpan.FromSeconds(1)))
        {
            var now = Interlocked.Read(ref _number);
            (seen, since) = now == seen ? (seen, since) : (now, Stopwatch.GetTimestamp());
            progress?.Invoke(now);
            if (now >= 0 && Stopwatch.GetElapsedTime(since) > Hang)
            {
                _report.Add(Finding(now, "hang", $"it has not ended after {Hang.TotalSeconds:0} s", _inputs.At(now)));
                break;
            }
        }

        _report.Elapsed = Stopwatch.GetElapsedTime(started);
        return _report;
    }

    /// <summary>Runs one given input.</summary>
    public FuzzReport RunOne(byte[] input)
    {
        var thread = new Thread(() => Take(0, input), StackBytes);
        thread.Start();
        thread.Join();
        return _report;
    }

    private void Feed(long from, long end)
    {
        WarmUp();
        for (var number = from; number < end && _report.Findings.Count < MostFindings; number++)
        {
            _ = Interlocked.Exchange(ref _number, number);
            Take(number, _inputs.At(number));
        }
    }

    private void WarmUp()
    {
        for (var at = 0; at < _inputs.Seeds * WarmUps; at++)
        {
            _ = TryTake(_inputs.At(at % _inputs.Seeds), out _);
        }
    }

    private void Take(long number, byte[] input)
    {
        var before = ThreadMeter.Now;
        var outcome = TryTake(input, out var thrown);
        var spent = ThreadMeter.Now - before;
        if (outcome is null)
        {
            _report.Count("FINDING");
            _report.Add(Finding(number, KindOf(thrown!), thrown!.ToString(), input));
            return;
        }

        for (var tried = 1; tried < Tries && IsTooMuch(spent, input); tried++)
        {
            before = ThreadMeter.Now;
            _ = TryTake(input, out _);
            spent = ThreadMeter.Least(spent, ThreadMeter.Now - before);
        }

        _report.Count(outcome);
        _report.Spent(number, input.Length, spent);
        if (IsTooMuch(spent, input))
        {
            var kind = spent.Cpu > MostCpu ? "slow" : "large";
            _report.Add(Finding(number, kind, $"{outcome}: it took {spent.Cpu.TotalMilliseconds:0.0} ms of CPU and {spent.Allocated} bytes of memory", input));
        }
    }

    private bool IsTooMuch(ThreadMeter spent, byte[] input) => spent.Cpu > MostCpu || spent.Allocated > _target.MostAllocated(input.Length);

    private string? TryTake(byte[] input, out Exception? thrown)
    {
        thrown = null;
        try
        {
            return _target.Take(input);
        }
#pragma warning disable CA1031 // Whatever a reader throws is what is looked for here.
        catch (Exception any)
#pragma warning restore CA1031
        {
            thrown = any;
            return null;
        }
    }

    private Finding Finding(long number, string kind, string what, byte[] input) => new(_report.Target, _report.Seed, number, kind, what, input);

    /// <summary>By the promise, or by the place that threw: the same defect is one finding, however many inputs run into it.</summary>
    private static string KindOf(Exception thrown) => thrown is BrokenPromiseException
        ? thrown.Message
        : $"{thrown.GetType().Name} {thrown.StackTrace?.Split('\n').FirstOrDefault()}";
}
