using Kritis.Events.Contracts.Messages;

namespace Kritis.Events.Attestations.Log;

/// <summary>
/// The ordered, durable record of all attestations and revocations: a RabbitMQ stream, or a SQLite file in embedded mode.
/// </summary>
public interface IAttestationLog
{
    /// <summary>Where it is, for people: without any password.</summary>
    string Description { get; }

    /// <summary>Appends an attestation. Completes once it is durable.</summary>
    /// <exception cref="AttestationLogException">The log cannot be reached now; appending again is harmless.</exception>
    Task AppendAsync(AttestationCreated attestation, CancellationToken cancellationToken);

    /// <summary>Appends a revocation. Completes once it is durable.</summary>
    /// <exception cref="AttestationLogException">The log cannot be reached now; appending again is harmless.</exception>
    Task AppendAsync(AttestationRevoked revocation, CancellationToken cancellationToken);

    /// <summary>
    /// Reads the log in order and then follows it. A <see cref="LogEvent.CaughtUp"/> comes once, after everything that stood in the log
    /// when the call was made.
    /// </summary>
    /// <param name="after">The last position that was read, or null to read from the first. Where the log no longer holds that position as it
    /// was, it is read from the first again.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="AttestationLogException">The log cannot be reached any more; call again with the last position.</exception>
    IAsyncEnumerable<LogEvent> FollowAsync(LogPosition? after, CancellationToken cancellationToken);

    /// <summary>
    /// Reads, from the first, what can take an admission away: every revocation, and every attestation with the claim of a tag. It ends with the
    /// last that stood in the log when the call was made. The positions are not those of <see cref="FollowAsync"/>.
    /// </summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="AttestationLogException">The log cannot be reached; what was not read yet is missing.</exception>
    IAsyncEnumerable<LogEvent.Record> ReadRestrictionsAsync(CancellationToken cancellationToken);
}

/// <summary>A place in the log, with what stands there, so that a log that was made anew is not mistaken for the old one.</summary>
/// <param name="Offset">The offset; offsets rise but leave gaps.</param>
/// <param name="MessageId">The id of the message at that offset.</param>
public sealed record LogPosition(long Offset, string MessageId);

/// <summary>What following the log yields.</summary>
public abstract record LogEvent
{
    private LogEvent()
    {
    }

    /// <summary>A message of the log. Its body was not looked at.</summary>
    /// <param name="Position">Where it stands.</param>
    /// <param name="Type">Its name on the bus, as its sender says.</param>
    /// <param name="Body">Its body.</param>
    public sealed record Record(LogPosition Position, string Type, ReadOnlyMemory<byte> Body) : LogEvent;

    /// <summary>Everything that stood in the log when reading began has been yielded.</summary>
    public sealed record CaughtUp : LogEvent;

    /// <summary>The log is not the one that was read before; what follows comes from its first record.</summary>
    /// <param name="Reason">How that was noticed.</param>
    public sealed record ReadFromFirst(string Reason) : LogEvent;
}

/// <summary>The log cannot be reached or is not as it should be.</summary>
public sealed class AttestationLogException(string message, Exception? inner = null) : Exception(message, inner);
