using System.Globalization;
using Kritis.Events.Contracts.Messages;

namespace Kritis.Events.Contracts.Wire;

/// <summary>
/// CloudEvents 1.0 attributes of a message, as AMQP headers in binary content mode: the prefix <c>cloudEvents_</c> is the one the
/// AMQP protocol binding names for senders (CloudEvents AMQP Protocol Binding 1.0.2, section 3.1.3.1).
/// </summary>
public static class CloudEvent
{
    /// <summary>What stands before each attribute's name.</summary>
    public const string Prefix = "cloudEvents_";

    /// <summary>The header that names the message.</summary>
    public const string TypeHeader = Prefix + "type";

    /// <summary>The header that holds the event's id.</summary>
    public const string IdHeader = Prefix + "id";

    /// <summary>The media type of every body.</summary>
    public const string ContentType = "application/json";

    /// <summary>The headers of <paramref name="message"/>: specversion, id, source, type, time and, where it is about one, subject.</summary>
    /// <param name="message">One of the messages of <see cref="MessageNames.ByType"/>.</param>
    /// <param name="source">Who sends it, a URI reference such as <c>/kritis/signer/host</c>.</param>
    /// <param name="now">The time where the message itself names none.</param>
    /// <exception cref="ArgumentException">The message is none of them.</exception>
    public static IReadOnlyDictionary<string, string> Headers(object message, string source, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (!MessageNames.ByType.TryGetValue(message.GetType(), out var type))
        {
            throw new ArgumentException($"{message.GetType().Name} is not a message of this bus.", nameof(message));
        }

        var (id, subject, time) = Describe(message, now);
        var headers = new Dictionary<string, string>
        {
            [Prefix + "specversion"] = "1.0",
            [IdHeader] = id,
            [Prefix + "source"] = source,
            [TypeHeader] = type,
            [Prefix + "time"] = time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
            [Prefix + "datacontenttype"] = ContentType,
        };
        if (!string.IsNullOrEmpty(subject))
        {
            headers[Prefix + "subject"] = subject;
        }

        return headers;
    }

    /// <summary>What came of a push is another event than the push: the same source and id would mean the same event (CloudEvents 1.0, "id").</summary>
    private static (string Id, string? Subject, DateTimeOffset Time) Describe(object message, DateTimeOffset now) => message switch
    {
        ImagePushed pushed => (pushed.EventId, pushed.Image.ToString(), pushed.ReceivedAt),
        AttestationCreated created => (created.Id, created.Image.ToString(), created.CreatedAt),
        AttestationRevoked revoked => (revoked.Id, revoked.Image.ToString(), revoked.RevokedAt),
        SigningSkipped skipped => (skipped.EventId + "/skipped", skipped.Image.ToString(), skipped.SkippedAt),
        SigningFailed failed => (failed.EventId + "/failed", failed.Image.ToString(), failed.FailedAt),
        AdmissionDecided decided => (decided.Uid, decided.Name, decided.DecidedAt),
        WorkloadViolated violated => (violated.Id, violated.Name, violated.FoundAt),
        _ => (Guid.CreateVersion7(now).ToString(), null, now),
    };
}
