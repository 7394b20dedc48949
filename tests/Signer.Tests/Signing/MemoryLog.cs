using System.Collections.Concurrent;
using Kritis.Events.Attestations.Log;
using Kritis.Events.Contracts.Messages;

namespace Kritis.Events.Signer.Tests.Signing;

/// <summary>A log that remembers what was appended, and is away as often as a test says.</summary>
internal sealed class MemoryLog : IAttestationLog
{
    private int _away;
    private int _after;

    public ConcurrentQueue<AttestationCreated> Appended { get; } = new();

    public string Description => "memory";

    /// <summary>The next appends fail, after as many that succeed.</summary>
    public void FailNext(int times, int after = 0) => (_away, _after) = (times, after);

    public Task AppendAsync(AttestationCreated attestation, CancellationToken cancellationToken)
    {
        if (Interlocked.Decrement(ref _after) < 0 && Interlocked.Decrement(ref _away) >= 0)
        {
            throw new AttestationLogException("the log is away");
        }

        Appended.Enqueue(attestation);
        return Task.CompletedTask;
    }

    public ConcurrentQueue<AttestationRevoked> Revoked { get; } = new();

    public Task AppendAsync(AttestationRevoked revocation, CancellationToken cancellationToken)
    {
        Revoked.Enqueue(revocation);
        return Task.CompletedTask;
    }

    public IAsyncEnumerable<LogEvent> FollowAsync(LogPosition? after, CancellationToken cancellationToken) => throw new NotSupportedException();

    public IAsyncEnumerable<LogEvent.Record> ReadRestrictionsAsync(CancellationToken cancellationToken) => throw new NotSupportedException();
}
