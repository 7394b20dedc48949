using System.Collections.Concurrent;
using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Log;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.ServiceDefaults.Bus;

namespace Kritis.Events.Signer.Signing;

/// <summary>
/// Brings what is signed to the log, once: what the index holds is not signed again, two requests for the same thing at the same time share
/// it, and a signed message whose append failed is kept for the next try. So no signature is paid for twice by one signer. What is under way when the
/// service is to stop has as long as the bus to come to its end: a signature that is cut off would be paid for again.
/// </summary>
internal sealed class SignedAppends : IDisposable
{
    private const int MostUnappended = 10_000;
    private readonly IAttestationLog _log;
    private readonly IndexWriter _writer;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _ended;
    private readonly CancellationTokenRegistration _stopping;
    private readonly ConcurrentDictionary<string, Lazy<Task<bool>>> _underWay = new();
    private readonly ConcurrentDictionary<string, AttestationCreated> _unappended = new();

    public SignedAppends(IAttestationLog log, IndexWriter writer, TimeProvider time, IHostApplicationLifetime lifetime)
    {
        (_log, _writer, _time) = (log, writer, time);
        _ended = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        _stopping = lifetime.ApplicationStopping.Register(() => _ended.CancelAfter(BusRegistration.Grace));
    }

    public void Dispose()
    {
        _stopping.Dispose();
        _ended.Dispose();
    }

    /// <returns>Whether it was made now; false where the index held it.</returns>
    public async Task<bool> AppendAsync(SignedAppend append, CancellationToken cancellationToken)
    {
        var making = _underWay.GetOrAdd(append.Id, _ => new Lazy<Task<bool>>(() => MakeAsync(append, _ended.Token)));
        return await making.Value.WaitAsync(cancellationToken);
    }

    private async Task<bool> MakeAsync(SignedAppend append, CancellationToken cancellationToken)
    {
        try
        {
            return await SignAndAppendAsync(append, cancellationToken);
        }
        finally
        {
            _ = _underWay.TryRemove(append.Id, out _);
        }
    }

    private async Task<bool> SignAndAppendAsync(SignedAppend append, CancellationToken cancellationToken)
    {
        if (append.IsKnown())
        {
            return false;
        }

        var started = _time.GetTimestamp();
        var signed = _unappended.GetValueOrDefault(append.Id) ?? await SignAsync(append, cancellationToken);
        await _log.AppendAsync(signed, cancellationToken);
        _ = _writer.WriteOwn(signed);
        _ = _unappended.TryRemove(append.Id, out _);
        append.Appended(signed, _time.GetElapsedTime(started));
        return true;
    }

    private async Task<AttestationCreated> SignAsync(SignedAppend append, CancellationToken cancellationToken)
    {
        var signed = await append.SignAsync(cancellationToken);
        if (_unappended.Count < MostUnappended)
        {
            _unappended[append.Id] = signed;
        }

        return signed;
    }
}

/// <summary>One thing that is to be signed and to stand in the log.</summary>
internal sealed record SignedAppend
{
    /// <summary>The id of the bytes that are signed.</summary>
    public required string Id { get; init; }

    /// <summary>Whether the index holds it.</summary>
    public required Func<bool> IsKnown { get; init; }

    /// <summary>Has it signed.</summary>
    public required Func<CancellationToken, Task<AttestationCreated>> SignAsync { get; init; }

    /// <summary>Told once it is in the log, with the time it took.</summary>
    public required Action<AttestationCreated, TimeSpan> Appended { get; init; }
}
