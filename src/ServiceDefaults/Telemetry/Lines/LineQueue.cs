using System.Collections.Concurrent;

namespace Kritis.Events.ServiceDefaults.Telemetry.Lines;

/// <summary>
/// Lines on their way to standard output, written by one thread in batches. Whoever logs takes no lock and wakes nobody unless that thread sleeps, and
/// never waits: while nobody reads standard output lines are left out, and counted. A hot path: the framework's console wakes its thread for each line,
/// which cost more than everything else of an admission together; <c>admission-http</c> watches it.
/// </summary>
internal sealed class LineQueue : IDisposable
{
    /// <summary>The most lines that wait.</summary>
    public const int MostWaiting = 4_096;

    /// <summary>The most characters that wait: a refusal of many images is a long line.</summary>
    public const int MostCharactersWaiting = 8 * 1024 * 1024;

    // As long as that a batch is collected while more lines come; the first after a silence is written at once.
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Farewell = TimeSpan.FromMilliseconds(1_500);
    private readonly ConcurrentQueue<LogLine> _lines = new();
    private readonly ManualResetEvent _stopping = new(initialState: false);
    private readonly AutoResetEvent _wake = new(initialState: false);
    private readonly LineWriter _writer;
    private readonly Thread _thread;
    private int _waiting;
    private long _characters;
    private int _leftOut;
    private int _sleeps;

    public LineQueue(Stream output, TimeProvider time)
    {
        _writer = new LineWriter(output, time);
        _thread = new Thread(Run) { IsBackground = true, Name = "log lines" };
        _thread.Start();
    }

    public void Add(in LogLine line)
    {
        var (lines, characters) = (Interlocked.Increment(ref _waiting), Interlocked.Add(ref _characters, line.Length));
        if (lines > MostWaiting || characters > MostCharactersWaiting)
        {
            _ = Interlocked.Increment(ref _leftOut);
            Forget(line);
            return;
        }

        _lines.Enqueue(line);
        if (Volatile.Read(ref _sleeps) != 0 && Interlocked.Exchange(ref _sleeps, 0) != 0)
        {
            _ = _wake.Set();
        }
    }

    /// <summary>Writes what waits, within bounds: nobody may read it.</summary>
    public void Dispose()
    {
        // In this order: a thread that is woken, now or when it sleeps the next time, finds that it is to stop.
        _ = _stopping.Set();
        _ = _wake.Set();
        // Whoever logs at this moment may still be about to wake the thread: the events are left to be finalized.
        _ = _thread.Join(Farewell);
    }

    private void Forget(in LogLine line)
    {
        _ = Interlocked.Decrement(ref _waiting);
        _ = Interlocked.Add(ref _characters, -line.Length);
    }

    private void Run()
    {
        do
        {
            WriteWaiting();
            Sleep();
        }
        while (!_stopping.WaitOne(Linger));

        WriteWaiting();
    }

    private void Sleep()
    {
        // Looked at once more after saying so: a line that was added in between would wait for the next.
        _ = Interlocked.Exchange(ref _sleeps, 1);
        if (_lines.IsEmpty)
        {
            _ = _wake.WaitOne();
            WriteWaiting();
        }

        _ = Interlocked.Exchange(ref _sleeps, 0);
    }

    private void WriteWaiting()
    {
        if (Interlocked.Exchange(ref _leftOut, 0) is > 0 and var leftOut)
        {
            _writer.AddLeftOut(leftOut);
        }

        while (_lines.TryDequeue(out var line))
        {
            Forget(line);
            _writer.Add(line);
        }

        _writer.Flush();
    }
}
