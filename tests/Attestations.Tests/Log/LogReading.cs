using Kritis.Events.Attestations.Log;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Contracts.Messages;

namespace Kritis.Events.Attestations.Tests.Log;

/// <summary>Short ways to write to a log and to read from it. Reading gives up after a minute and says what had come by then.</summary>
public static class LogReading
{
    private static readonly Digest SomeDigest = Digest.Of("key"u8);

    public static AttestationCreated Attestation(int number) => new()
    {
        Id = $"{number:x64}",
        Image = Image.Parse($"registry.example/team/app@sha256:{number:x64}"),
        Witness = "release",
        KeyFingerprint = SomeDigest,
        KeyId = "k",
        Algorithm = "ECDSA_SHA_256",
        Payload = new byte[] { 1 },
        Signature = new byte[] { 2 },
        CreatedAt = DateTimeOffset.UnixEpoch,
    };

    public static AttestationRevoked Revocation(int number) => new()
    {
        Id = $"{number:x64}",
        Image = Image.Parse($"registry.example/team/app@sha256:{number:x64}"),
        Witness = "release",
        Reason = "withdrawn",
        KeyFingerprint = SomeDigest,
        Algorithm = "ECDSA_SHA_256",
        Payload = new byte[] { 1 },
        Signature = new byte[] { 2 },
        RevokedAt = DateTimeOffset.UnixEpoch,
    };

    public static async Task AppendAsync(this IAttestationLog log, int first, int count)
    {
        for (var number = first; number < first + count; number++)
        {
            await log.AppendAsync(Attestation(number), TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Reads until <paramref name="enough"/> says so of all that came.</summary>
    public static async Task<List<LogEvent>> ReadAsync(this IAttestationLog log, LogPosition? after, Func<List<LogEvent>, bool> enough)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(1));
        var events = new List<LogEvent>();
        try
        {
            await foreach (var happened in log.FollowAsync(after, limit.Token))
            {
                events.Add(happened);
                if (enough(events))
                {
                    break;
                }
            }
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"Only these came within a minute: {string.Join(", ", events)}");
        }

        return events;
    }

    public static Task<List<LogEvent>> ReadToEndAsync(this IAttestationLog log, LogPosition? after = null) =>
        log.ReadAsync(after, events => events[^1] is LogEvent.CaughtUp);

    public static async Task<List<LogEvent.Record>> ReadRestrictionsAsync(this IAttestationLog log)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(1));
        var records = new List<LogEvent.Record>();
        await foreach (var record in log.ReadRestrictionsAsync(limit.Token))
        {
            records.Add(record);
        }

        return records;
    }

    public static IEnumerable<LogEvent.Record> Records(this IEnumerable<LogEvent> events) => events.OfType<LogEvent.Record>();

    public static IEnumerable<string> Ids(this IEnumerable<LogEvent> events) => events.Records().Select(record => record.Position.MessageId);

    public static IEnumerable<string> Ids(int first, int count) => Enumerable.Range(first, count).Select(number => $"{number:x64}");
}
