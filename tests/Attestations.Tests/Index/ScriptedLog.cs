using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading.Channels;
using Kritis.Events.Attestations.Log;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.Contracts.Wire;

namespace Kritis.Events.Attestations.Tests.Index;

/// <summary>A log that does what a test tells it: each reading waits to be played.</summary>
internal sealed class ScriptedLog : IAttestationLog
{
    private readonly Channel<Reading> _readings = Channel.CreateUnbounded<Reading>();

    public string Description => "scripted log";

    public Task AppendAsync(AttestationCreated attestation, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task AppendAsync(AttestationRevoked revocation, CancellationToken cancellationToken) => throw new NotSupportedException();

    public async IAsyncEnumerable<LogEvent> FollowAsync(LogPosition? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var reading = new Reading(after);
        await _readings.Writer.WriteAsync(reading, cancellationToken);
        await foreach (var step in reading.Steps.Reader.ReadAllAsync(cancellationToken))
        {
            yield return step();
        }
    }

    /// <summary>What <see cref="ReadRestrictionsAsync"/> yields; a failure while it is null.</summary>
    public IReadOnlyList<LogEvent.Record>? Restrictions { get; set; } = [];

    /// <summary>How often it was asked for.</summary>
    public int RestrictionsRead { get; private set; }

    public async IAsyncEnumerable<LogEvent.Record> ReadRestrictionsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        RestrictionsRead++;
        foreach (var record in Restrictions ?? throw new AttestationLogException("the restrictions cannot be read"))
        {
            yield return record;
        }
    }

    public bool HasNext => _readings.Reader.TryPeek(out _);

    /// <summary>The next reading that the follower began.</summary>
    public async Task<Reading> NextAsync() =>
        await _readings.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(30));

    public static LogEvent.Record Record(long offset, AttestationCreated created) => new(
        new LogPosition(offset, created.Id), MessageNames.AttestationCreated,
        JsonSerializer.SerializeToUtf8Bytes(created, WireJson.Default.AttestationCreated));

    public static LogEvent.Record Record(long offset, AttestationRevoked revoked) => new(
        new LogPosition(offset, revoked.Id), MessageNames.AttestationRevoked,
        JsonSerializer.SerializeToUtf8Bytes(revoked, WireJson.Default.AttestationRevoked));

    internal sealed record Reading(LogPosition? After)
    {
        public Channel<Func<LogEvent>> Steps { get; } = Channel.CreateUnbounded<Func<LogEvent>>();

        public void Play(LogEvent happened) => Steps.Writer.TryWrite(() => happened).Should().BeTrue();

        public void Fail(Exception failure) => Steps.Writer.TryWrite(() => throw failure).Should().BeTrue();
    }
}
