using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Cli.EmbeddedRegistry;

/// <summary>A push that the signer has taken note of.</summary>
internal sealed record AnnouncedPush(string Repository, string? Tag, Digest Digest);

/// <summary>Tells the live console of pushes, once the signer has accepted their event.</summary>
internal sealed class PushFeed(ILogger<PushFeed> logger)
{
    /// <summary>Raised after each delivery, one at a time, in the order of the pushes. At least once for a push.</summary>
    public event Action<AnnouncedPush>? Pushed;

    public void Report(AnnouncedPush push)
    {
        try
        {
            Pushed?.Invoke(push);
        }
#pragma warning disable CA1031 // Whoever listens must not be able to stop the deliveries.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.ListenerFailed(logger, exception);
        }
    }
}

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Error, Message = "A listener to pushes failed.")]
    public static partial void ListenerFailed(ILogger logger, Exception exception);
}
