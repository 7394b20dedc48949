using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Kritis.Events.Servers;

/// <summary>
/// A process that the tests started. Its id is noted in the file <c>KRITIS_PROCESSES</c> where that is set, so that <c>tests/run</c> can end
/// what a test run that was killed left behind.
/// </summary>
public sealed class ChildProcess : IAsyncDisposable
{
    private static readonly Lock Noting = new();
    private const int MostLines = 2000;

    /// <summary>Exceptions are written as one line; their stacks would hide everything else.</summary>
    private const int MostCharacters = 600;
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();
    private int _disposed;

    private ChildProcess(Process process, string name) => (_process, Name) = (process, name);

    public string Name { get; }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>The last lines it wrote, to standard output and standard error.</summary>
    public string Output => string.Join('\n', _lines);

    public static ChildProcess Start(
        string name, string file, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null, string? folder = null)
    {
        var start = new ProcessStartInfo(file)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = folder ?? Path.GetTempPath(),
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (key, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[key] = value;
        }

        var child = new ChildProcess(new Process { StartInfo = start }, name);
        child._process.OutputDataReceived += (_, line) => child.Keep(line.Data);
        child._process.ErrorDataReceived += (_, line) => child.Keep(line.Data);
        _ = child._process.Start();
        Note(child.Id);
        child._process.BeginOutputReadLine();
        child._process.BeginErrorReadLine();
        return child;
    }

    /// <summary>Runs a command to its end and returns what it wrote.</summary>
    /// <exception cref="InvalidOperationException">It ended with another exit code than 0.</exception>
    public static async Task<string> RunAsync(string file, IEnumerable<string> arguments, CancellationToken cancellationToken, IReadOnlyDictionary<string, string>? environment = null)
    {
        await using var child = Start(file, file, arguments, environment);
        child._process.StandardInput.Close();
        await child._process.WaitForExitAsync(cancellationToken);
        return child.ExitCode == 0
            ? child.Output
            : throw new InvalidOperationException($"{file} {string.Join(' ', arguments)} ended with {child.ExitCode}:\n{child.Output}");
    }

    public void Signal(string signal)
    {
        if (!HasExited)
        {
            using var kill = Process.Start("kill", [$"-{signal}", Id.ToString(CultureInfo.InvariantCulture)]);
            kill.WaitForExit();
        }
    }

    /// <summary>Waits until <paramref name="condition"/> holds, but not for a process that has ended.</summary>
    /// <exception cref="InvalidOperationException">The process ended; the message holds what it wrote last.</exception>
    public async Task UntilAsync(string what, Func<Task<bool>> condition, CancellationToken cancellationToken)
    {
        await Eventually.Async(what, async () => HasExited || await condition(), cancellationToken, () => Output);
        if (HasExited)
        {
            throw new InvalidOperationException($"{Name} ended with {ExitCode}:\n{Output}");
        }
    }

    public Task WaitForExitAsync(CancellationToken cancellationToken) => _process.WaitForExitAsync(cancellationToken);

    /// <summary>Asks it to end, and makes it where it does not within <paramref name="patience"/>.</summary>
    /// <returns>Whether it ended by itself.</returns>
    public async Task<bool> StopAsync(TimeSpan patience)
    {
        Signal("TERM");
        using var limit = new CancellationTokenSource(patience);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            await KillAsync();
            return false;
        }
    }

    public async Task KillAsync()
    {
        if (!HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
        {
            return;
        }

        await StopAsync(TimeSpan.FromSeconds(20));
        _process.Dispose();
    }

    /// <summary>Notes a process for <c>tests/run</c> to end where this test run is killed.</summary>
    internal static void Note(int id)
    {
        if (Environment.GetEnvironmentVariable("KRITIS_PROCESSES") is { Length: > 0 } file)
        {
            lock (Noting)
            {
                File.AppendAllText(file, id.ToString(CultureInfo.InvariantCulture) + "\n");
            }
        }
    }

    private void Keep(string? line)
    {
        if (line is null)
        {
            return;
        }

        _lines.Enqueue(line.Length <= MostCharacters ? line : line[..MostCharacters] + "…");
        if (_lines.Count > MostLines)
        {
            _ = _lines.TryDequeue(out _);
        }
    }
}
