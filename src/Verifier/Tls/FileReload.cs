using System.Globalization;
using System.Text;
using Kritis.Events.ServiceDefaults.Settings;

namespace Kritis.Events.Verifier.Tls;

/// <summary>
/// Files that are read again when they change. They are looked at four times a second (notifications of the file system do not see Kubernetes'
/// link swaps) and read once they have stood still between two looks. Files that belong together may be written one after the other: what
/// cannot be used is tried again for a while before it is told, once, and what was read last stays.
/// </summary>
/// <param name="files">The files that belong together.</param>
/// <param name="load">Reads them, and gives what puts them in force; throws <see cref="SettingException"/> where they cannot be used.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Where is told what cannot be used.</param>
internal sealed partial class FileReload(IReadOnlyList<string> files, Func<Action> load, TimeProvider time, ILogger<FileReload> logger)
    : BackgroundService
{
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private string? _done;
    private string? _seen;
    private DateTimeOffset _since;

    /// <summary>Looks whether the files have changed.</summary>
    internal void Look()
    {
        var now = Fingerprint();
        if (now != _seen)
        {
            (_seen, _since) = (now, time.GetUtcNow());
            return;
        }

        if (now == _done)
        {
            return;
        }

        try
        {
            var putInForce = load();
            if (Fingerprint() == now)
            {
                _done = now;
                putInForce();
            }
        }
        catch (SettingException unusable)
        {
            if (time.GetUtcNow() - _since >= Patience)
            {
                _done = now;
                Log.Unusable(logger, unusable.Message);
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            Look();
        }
    }

    private string Fingerprint()
    {
        try
        {
            var text = new StringBuilder();
            foreach (var file in files)
            {
                var target = new FileInfo(file).ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? new FileInfo(file);
                var mode = OperatingSystem.IsWindows() ? default : target.UnixFileMode;
                _ = text.Append(CultureInfo.InvariantCulture, $"{target.FullName}|{target.Length}|{target.LastWriteTimeUtc.Ticks}|{mode}\n");
            }

            return text.ToString();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return failure.Message;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "{Problem}. What was read before stays in force.")]
        public static partial void Unusable(ILogger logger, string problem);
    }
}
