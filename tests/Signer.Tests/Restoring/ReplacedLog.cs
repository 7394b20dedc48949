using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading.Channels;
using Kritis.Events.Attestations.Log;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.Contracts.Wire;

namespace Kritis.Events.Signer.Tests.Restoring;

/// <summary>A log that a test replaces by another one while it is followed.</summary>
internal sealed class ReplacedLog : IAttestationLog
{
    private readonly Channel<LogEvent> _events = Channel.CreateUnbounded<LogEvent>();
    private long _offset;
    private int _away;

    /// <summary>What was appended, in order.</summary>
    public ConcurrentQueue<object> Appended { get; } = new();

    public string Description => "log";

    public void FailNext(int times) => _away = times;

    public void Tell(AttestationCreated created) => Tell(MessageNames.AttestationCreated, JsonSerializer.SerializeToUtf8Bytes(created, WireJson.Default.AttestationCreated));

    public void Tell(AttestationRevoked revoked) => Tell(MessageNames.AttestationRevoked, JsonSerializer.SerializeToUtf8Bytes(revoked, WireJson.Default.AttestationRevoked));

    public void CatchUp() => _events.Writer.TryWrite(new LogEvent.CaughtUp());

    public void Replace() => _events.Writer.TryWrite(new LogEvent.ReadFromFirst("another one"));

    public Task AppendAsync(AttestationCreated attestation, CancellationToken cancellationToken) => Append(attestation);

    public Task AppendAsync(AttestationRevoked revocation, CancellationToken cancellationToken) => Append(revocation);

    public async IAsyncEnumerable<LogEvent> FollowAsync(LogPosition? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var happened in _events.Reader.ReadAllAsync(cancellationToken))
        {
            yield return happened;
        }
    }

    public IAsyncEnumerable<LogEvent.Record> ReadRestrictionsAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    private void Tell(string type, byte[] body) => _events.Writer.TryWrite(new LogEvent.Record(new LogPosition(_offset++, "id"), type, body));

    private Task Append(object statement)
    {
        if (Interlocked.Decrement(ref _away) >= 0)
        {
            throw new AttestationLogException("the log is away");
        }

        Appended.Enqueue(statement);
        return Task.CompletedTask;
    }
}
