using Kritis.Events.Attestations.Resources;

namespace Kritis.Events.Signer.Intake;

/// <summary>Reads the events of one kind of sender: CNCF Distribution, Container Registry's webhook, EventBridge.</summary>
internal interface IPushReader
{
    /// <summary>The media types it reads, in lower case.</summary>
    IReadOnlyList<string> MediaTypes { get; }

    /// <summary>Sorts the events of one request.</summary>
    /// <exception cref="MalformedException">The request cannot be read; the message is fit to be sent back.</exception>
    /// <exception cref="RegistryAwayException">What the events say cannot be completed now; the sender tries again.</exception>
    Task<TakenPushes> ReadAsync(EventRequest request, CancellationToken cancellationToken);
}

/// <summary>What was sent.</summary>
/// <param name="Body">The body, whole.</param>
/// <param name="Headers">HTTP headers; none for messages from a queue.</param>
/// <param name="Registry">The registry that the request names, or null.</param>
internal sealed record EventRequest(ReadOnlyMemory<byte> Body, IHeaderDictionary Headers, ConfiguredRegistry? Registry);

/// <summary>A registry or Alibaba Cloud had to be asked and did not answer; the message is fit to be sent back.</summary>
internal sealed class RegistryAwayException(string message, Exception? inner) : Exception(message, inner);
