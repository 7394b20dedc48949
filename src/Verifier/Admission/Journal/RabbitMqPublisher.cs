using System.Threading.Channels;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.ServiceDefaults;
using Kritis.Events.ServiceDefaults.Settings;

namespace Kritis.Events.Verifier.Admission.Journal;

/// <summary>
/// Publishes decisions to RabbitMQ in batches over one channel: as many as wait are sent at once, and the next when the broker has confirmed them. It takes
/// nothing while the broker is away. What was not confirmed is sent again, so that a decision may come twice and none is lost on the way.
/// A hot path: MassTransit's pipeline took most of the CPU time of an admission; <c>admission-http --broker</c> watches it.
/// </summary>
internal sealed partial class RabbitMqPublisher(
    BusOptions bus, ServiceIdentity service, AdmissionMetrics metrics, TimeProvider time, ILogger<RabbitMqPublisher> logger) : IDecisionPublisher
{
    private const int MostInBatch = 1_024;

    /// <summary>How long a batch is collected: each write and each confirmation wakes a thread, however many decisions they are for.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(5);

    /// <summary>A broker that is short of memory or disk confirms nothing, for as long as it is; its connection is alive all the same.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);
    private readonly List<DecisionMessage> _inHand = new(MostInBatch);
    private int _batch = MostInBatch;
    private TimeSpan _pause = FirstPause;

    public async Task PublishAsync(ChannelReader<AdmissionDecided> decisions, CancellationToken cancellationToken)
    {
        try
        {
            while (_inHand.Count > 0 || await decisions.WaitToReadAsync(cancellationToken))
            {
                await TryPublishAsync(decisions, cancellationToken);
            }
        }
        finally
        {
            _inHand.ForEach(_ => metrics.Dropped());
        }
    }

    /// <summary>Publishes over one connection for as long as that holds, or until no more decisions will come.</summary>
    private async Task TryPublishAsync(ChannelReader<AdmissionDecided> decisions, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await JournalConnection.OpenAsync(bus, service, cancellationToken);
            while (await TakeAsync(decisions, cancellationToken))
            {
                await SendAsync(connection, cancellationToken);
                GoOn();
            }
        }
#pragma warning disable CA1031 // Whatever keeps the broker from taking decisions, it is tried again.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            cancellationToken.ThrowIfCancellationRequested();
            Log.Away(logger, _pause == FirstPause ? LogLevel.Warning : LogLevel.Debug, bus.Address, Excerpt.Of(failure.GetBaseException().Message));
            await Task.Delay(_pause, time, cancellationToken);
            _pause = _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
        }
    }

    /// <returns>Whether something is in hand.</returns>
    private async ValueTask<bool> TakeAsync(ChannelReader<AdmissionDecided> decisions, CancellationToken cancellationToken)
    {
        if (_inHand.Count > 0)
        {
            return true;
        }

        if (!await decisions.WaitToReadAsync(cancellationToken))
        {
            return false;
        }

        if (decisions.Count < MostInBatch && !decisions.Completion.IsCompleted)
        {
            await Task.Delay(Linger, time, cancellationToken);
        }

        while (_inHand.Count < MostInBatch && decisions.TryRead(out var decided))
        {
            _inHand.Add(DecisionMessage.Of(decided, service.Source));
        }

        return true;
    }

    private async Task SendAsync(JournalConnection connection, CancellationToken cancellationToken)
    {
        var sending = new Task[Math.Min(_batch, _inHand.Count)];
        for (var at = 0; at < sending.Length; at++)
        {
            sending[at] = connection.PublishAsync(_inHand[at], cancellationToken);
        }

        var all = Task.WhenAll(sending);
        await all.WaitAsync(Patience, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (all.IsCompletedSuccessfully)
        {
            _inHand.RemoveRange(0, sending.Length);
            _batch = Math.Min(_batch * 2, MostInBatch);
            return;
        }

        KeepUnconfirmed(sending);
        if (connection.HasRefusedMessage)
        {
            Refused(sending.Length);
        }

        throw FailureOf(sending);
    }

    private void KeepUnconfirmed(Task[] sending)
    {
        for (var at = sending.Length - 1; at >= 0; at--)
        {
            if (sending[at].IsCompletedSuccessfully)
            {
                _inHand.RemoveAt(at);
            }
        }
    }

    /// <summary>One message that the broker never takes must not keep back all others: from here on it gets them one by one until it is found.</summary>
    private void Refused(int sent)
    {
        if (sent > 1)
        {
            _batch = 1;
            return;
        }

        Log.Refused(logger, _inHand[0].Uid, _inHand[0].Body.Length, bus.Address);
        metrics.Dropped();
        _inHand.RemoveAt(0);
    }

    private void GoOn()
    {
        if (_pause != FirstPause)
        {
            _pause = FirstPause;
            Log.Back(logger, bus.Address);
        }
    }

    private static Exception FailureOf(Task[] sending) => Array.Find(sending, one => one.IsFaulted)?.Exception
        ?? (Exception)new TimeoutException($"it confirmed nothing within {Patience.TotalSeconds:0} s; it may be short of memory or disk");

    private static partial class Log
    {
        [LoggerMessage(Message = "Decisions do not reach the broker at {Bus}: {Reason}. They wait, within bounds, and are told once it takes them; admissions go on.")]
        public static partial void Away(ILogger logger, LogLevel level, BusAddress bus, string reason);

        [LoggerMessage(Level = LogLevel.Information, Message = "Decisions reach the broker at {Bus} again.")]
        public static partial void Back(ILogger logger, BusAddress bus);

        [LoggerMessage(Level = LogLevel.Warning,
            Message = "The decision on review {Uid} was dropped: the broker at {Bus} does not take its {Bytes} bytes (max_message_size).")]
        public static partial void Refused(ILogger logger, string uid, int bytes, BusAddress bus);
    }
}
