using System.Diagnostics.Metrics;
using System.Threading.Channels;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.Contracts.Wire;
using Kritis.Events.EndToEnd.System;
using Kritis.Events.Servers;
using Kritis.Events.ServiceDefaults;
using Kritis.Events.ServiceDefaults.Settings;
using Kritis.Events.Verifier.Admission;
using Kritis.Events.Verifier.Admission.Journal;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kritis.Events.EndToEnd.Delivery;

/// <summary>Decisions on their way to a real broker, which goes away, comes back, or does not take one.</summary>
public sealed class JournalTests : IAsyncLifetime
{
    private const int MostMessageBytes = 4096;
    private readonly RabbitMqServer _broker = new();
    private readonly Channel<AdmissionDecided> _decisions = Channel.CreateUnbounded<AdmissionDecided>();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly MeterListener _meters = new();
    private long _dropped;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _meters.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == "kritis_journal_dropped" && ReferenceEquals(instrument.Meter.Scope, _services.GetRequiredService<IMeterFactory>()))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _meters.SetMeasurementEventCallback<long>((_, value, _, _) => Interlocked.Add(ref _dropped, value));
        _meters.Start();
        await _broker.StartAsync([$"max_message_size = {MostMessageBytes}"], CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        _meters.Dispose();
        await _services.DisposeAsync();
        await _broker.DisposeAsync();
    }

    [Fact]
    public async Task G8_a_decision_is_a_persistent_event_whose_headers_any_subscriber_reads()
    {
        Decide("only", "ü");

        await PublishAllAsync();

        await using var bus = await BusProbe.ConnectAsync(_broker, Cancellation);
        await bus.ReplayAsync(MessageNames.AuditTrail, Cancellation);
        var heard = await bus.HearAsync("the decision", _ => true, Cancellation);
        (heard.Exchange, heard.ContentType, heard.IsPersistent).Should().Be((MessageNames.AdmissionDecided, "application/json", true));
        heard.MessageId.Should().NotBeNullOrEmpty();
        heard.Headers.Should().Contain(CloudEvent.Headers(Decided("only", "ü"), new ServiceIdentity("verifier").Source, default));
        heard.Text("reason").Should().Be("ü");
        (await Schemas.ValidateAsync(bus.Heard, Cancellation)).Should().Be("1 messages, 0 wrong");
    }

    [Fact]
    public async Task G8_what_is_decided_while_the_broker_is_away_is_on_the_bus_once_it_is_back()
    {
        var publishing = PublishAsync();
        var before = Decide(1000, "before");
        await Eventually.Async("decisions are on their way", () => _decisions.Reader.Count < before.Count, Cancellation);
        await _broker.SettleAsync(Cancellation);
        var meanwhile = Decide(5000, "meanwhile");
        await _broker.KillAsync();
        var during = Decide(1000, "during");
        await _broker.RestartAsync(Cancellation);
        var after = Decide(1000, "after");
        _decisions.Writer.Complete();

        await publishing.WaitAsync(TimeSpan.FromMinutes(2), Cancellation);

        (await ToldAsync([.. before, .. meanwhile, .. during, .. after])).Should().BeTrue();
        Interlocked.Read(ref _dropped).Should().Be(0);
    }

    [Fact]
    public async Task A_decision_that_the_broker_never_takes_is_dropped_and_counted_and_keeps_back_none_of_the_others()
    {
        var before = Decide(300, "before");
        Decide("too-large", new string('x', MostMessageBytes));
        var after = Decide(300, "after");

        await PublishAllAsync();

        (await ToldAsync([.. before, .. after])).Should().BeTrue();
        Interlocked.Read(ref _dropped).Should().Be(1);
    }

    [Fact]
    public async Task While_the_broker_is_away_nothing_is_taken_and_the_end_of_the_service_waits_for_nobody()
    {
        await _broker.KillAsync();
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var publishing = PublishAsync(ending.Token);
        _ = Decide(10, "never");

        await ending.CancelAsync();

        await publishing.Awaiting(task => task).Should().ThrowAsync<OperationCanceledException>();
        _decisions.Reader.Count.Should().Be(10, "nothing is taken while the broker is away: what waits too long is for the journal to drop");
    }

    private static AdmissionDecided Decided(string uid, string reason) => new()
    {
        Uid = uid,
        Cluster = "end-to-end",
        Name = "probe",
        Allowed = false,
        DryRun = false,
        Reason = reason,
        Policies = [],
        Images = [],
        DecidedAt = DateTimeOffset.UnixEpoch,
        DurationMicroseconds = 1.5,
    };

    private void Decide(string uid, string reason) => _decisions.Writer.TryWrite(Decided(uid, reason)).Should().BeTrue();

    private List<string> Decide(int count, string name)
    {
        var uids = Enumerable.Range(0, count).Select(number => $"{name}-{number}").ToList();
        uids.ForEach(uid => Decide(uid, "because"));
        return uids;
    }

    private Task PublishAllAsync()
    {
        _decisions.Writer.Complete();
        return PublishAsync();
    }

    private Task PublishAsync(CancellationToken? cancellationToken = null) => new RabbitMqPublisher(
        new BusOptions { Address = BusAddress.Parse(_broker.Uri.ToString()) }, new ServiceIdentity("verifier"),
        new AdmissionMetrics(_services.GetRequiredService<IMeterFactory>()), TimeProvider.System, NullLogger<RabbitMqPublisher>.Instance)
        .PublishAsync(_decisions.Reader, cancellationToken ?? Cancellation);

    private async Task<bool> ToldAsync(IReadOnlyCollection<string> uids)
    {
        await using var bus = await BusProbe.ConnectAsync(_broker, Cancellation);
        await bus.ReplayAsync(MessageNames.AuditTrail, Cancellation);
        await Eventually.Async(
            "every decision is in the audit stream", () => bus.Heard.Select(heard => heard.Text("uid")!).ToHashSet().SetEquals(uids), Cancellation,
            () => $"{bus.Heard.Count} messages for {uids.Count} decisions");
        return true;
    }
}
