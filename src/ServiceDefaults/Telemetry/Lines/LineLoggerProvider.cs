using System.Collections.Concurrent;

namespace Kritis.Events.ServiceDefaults.Telemetry.Lines;

/// <summary>Loggers that write lines to standard output through a <see cref="LineQueue"/>. Its levels are set as those of the framework's console.</summary>
[ProviderAlias("Console")]
internal sealed class LineLoggerProvider : ILoggerProvider
{
    private readonly ConcurrentDictionary<string, LineLogger> _loggers = new(StringComparer.Ordinal);
    private readonly LineQueue _queue;
    private readonly TimeProvider _time;

    public LineLoggerProvider(TimeProvider time)
        : this(Console.OpenStandardOutput(), time)
    {
    }

    internal LineLoggerProvider(Stream output, TimeProvider time) => (_queue, _time) = (new LineQueue(output, time), time);

    public ILogger CreateLogger(string categoryName) => _loggers.GetOrAdd(categoryName, static (name, provider) => new LineLogger(name, provider._queue, provider._time), this);

    public void Dispose() => _queue.Dispose();

    private sealed class LineLogger(string category, LineQueue queue, TimeProvider time) : ILogger
    {
        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                queue.Add(new LogLine(time.GetUtcNow(), logLevel, category, eventId.Id, formatter(state, exception), exception?.ToString()));
            }
        }
    }
}
