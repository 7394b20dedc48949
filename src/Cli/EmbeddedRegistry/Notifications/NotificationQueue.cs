using System.Globalization;
using System.Text.Json;
using Kritis.Events.Cli.EmbeddedRegistry.Storage;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Cli.EmbeddedRegistry.Notifications;

/// <summary>An event that waits for its delivery.</summary>
internal sealed record PendingNotification(string Path, byte[] Body, EventTarget Target);

/// <summary>Events on their way to the signer, one file each, in the order of the pushes. They survive a restart.</summary>
internal sealed class NotificationQueue : IDisposable
{
    private const string Extension = ".json";
    private readonly RegistryFolder _folder;
    private readonly SmallFiles _files;
    private readonly ILogger<NotificationQueue> _logger;
    private readonly SemaphoreSlim _added = new(0);
    private readonly Lock _numbering = new();
    private long _last;

    public NotificationQueue(RegistryFolder folder, SmallFiles files, ILogger<NotificationQueue> logger)
    {
        _folder = folder;
        _files = files;
        _logger = logger;
        _last = Names().Select(NumberOf).DefaultIfEmpty(0).Max();
    }

    /// <summary>Keeps an event; on return it is on the disk.</summary>
    public void Add(Envelope envelope)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(envelope, RegistryJson.Readable.Envelope);
        lock (_numbering)
        {
            var number = _last + 1;
            _files.Write(PathOf(number.ToString("D19", CultureInfo.InvariantCulture) + Extension), body);
            _last = number;
        }

        _added.Release();
    }

    /// <summary>The events that were not delivered yet, oldest first. One that cannot be read is set aside, so that it blocks no other.</summary>
    public IEnumerable<PendingNotification> Pending()
    {
        foreach (var path in Names().Select(PathOf))
        {
            if (Read(path) is { } pending)
            {
                yield return pending;
            }
        }
    }

    public static void Remove(PendingNotification delivered) => File.Delete(delivered.Path);

    /// <summary>Waits until an event was added since the last wait ended.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) => _added.WaitAsync(cancellationToken);

    public void Dispose() => _added.Dispose();

    private PendingNotification? Read(string path)
    {
        if (SmallFiles.Read(path) is not { } body)
        {
            return null;
        }

        try
        {
            if (JsonSerializer.Deserialize(body, RegistryJson.Readable.Envelope) is { Events: [{ Target: { Repository: not null } target }] })
            {
                return new PendingNotification(path, body, target);
            }
        }
        catch (JsonException)
        {
            // Set aside like a file that is JSON but no envelope.
        }

        var setAside = path + ".unreadable";
        File.Move(path, setAside, overwrite: true);
        Log.Unreadable(_logger, Excerpt.Of(setAside));
        return null;
    }

    private IEnumerable<string> Names() =>
        SmallFiles.Names(_folder.Notifications).Where(name => name.EndsWith(Extension, StringComparison.Ordinal));

    private string PathOf(string name) => Path.Combine(_folder.Notifications, name);

    private static long NumberOf(string name) =>
        long.TryParse(name.AsSpan(0, name.Length - Extension.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Error, Message = "A waiting push event could not be read and was set aside as {Path}; push the image again to announce it.")]
    public static partial void Unreadable(ILogger logger, string path);
}
