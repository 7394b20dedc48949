using Kritis.Events.Attestations.Log;
using Kritis.Events.Attestations.Log.RabbitMq;
using Kritis.Events.Contracts.Wire;
using RabbitMQ.Client;

namespace Kritis.Events.Attestations.Tests.Log.RabbitMq;

/// <summary>The log on a real RabbitMQ.</summary>
public sealed class RabbitMqAttestationLogTests(RabbitMqNode node) : AttestationLogContract, IClassFixture<RabbitMqNode>
{
    protected override async Task<LogUnderTest> CreateAsync()
    {
        await node.OnChannelAsync(async channel =>
        {
            _ = await channel.QueueDeleteAsync(MessageNames.AttestationLog);
            _ = await channel.QueueDeleteAsync(MessageNames.AuditTrail);
            _ = await channel.QueueDeleteAsync(MessageNames.Restrictions);
        });
        await SettledAsync();
        return new LogUnderTest(() => new RabbitMqAttestationLog(node.Broker, "test/host", TimeProvider.System));
    }

    /// <summary>
    /// Waits until both streams take messages: just after one was deleted, the broker answers a publish to its successor with an internal error
    /// now and then. The marker and the empty message that this leaves behind are no records.
    /// </summary>
    private async Task SettledAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (true)
        {
            try
            {
                await using var log = new RabbitMqAttestationLog(node.Broker, "test/settling", TimeProvider.System);
                _ = await log.ReadToEndAsync();
                _ = await log.ReadRestrictionsAsync();
                await node.OnChannelAsync(async channel => await channel.BasicPublishAsync("", MessageNames.AuditTrail, mandatory: true, new BasicProperties(), Array.Empty<byte>()));
                return;
            }
            catch (Exception unsettled) when (unsettled is AttestationLogException or global::RabbitMQ.Client.Exceptions.RabbitMQClientException && !limit.IsCancellationRequested)
            {
                await Task.Delay(200);
            }
        }
    }

    [Fact]
    public async Task Nothing_is_read_twice_or_lost_when_the_broker_is_killed_and_comes_back()
    {
        await using var store = await CreateAsync();
        var (writer, reader) = (store.Open(), store.Open());
        await writer.AppendAsync(1, 200);
        using var stop = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var seen = new List<LogPosition>();
        var following = Task.Run(async () =>
        {
            while (seen.Count < 400)
            {
                try
                {
                    await foreach (var happened in reader.FollowAsync(seen.LastOrDefault(), stop.Token))
                    {
                        happened.Should().NotBeOfType<LogEvent.ReadFromFirst>();
                        if (happened is LogEvent.Record record)
                        {
                            seen.Add(record.Position);
                        }

                        if (seen.Count == 400)
                        {
                            break;
                        }
                    }
                }
                catch (AttestationLogException)
                {
                    await Task.Delay(200, stop.Token);
                }
            }
        });
        while (seen.Count < 200)
        {
            await Task.Delay(20, stop.Token);
        }

        await node.KillAsync();
        await FluentActions.Awaiting(() => writer.AppendAsync(LogReading.Attestation(201), stop.Token)).Should().ThrowAsync<AttestationLogException>();
        await node.StartAsync();
        await UntilBackAsync(() => writer.AppendAsync(201, 1));
        await writer.AppendAsync(202, 199);
        await following;

        seen.Select(position => position.MessageId).Should().Equal(LogReading.Ids(1, 400));
        seen.Select(position => position.Offset).Should().BeInAscendingOrder().And.OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task A_broker_that_is_killed_while_nothing_happens_is_noticed()
    {
        await using var store = await CreateAsync();
        var log = store.Open();
        await LostAsync(log, node.KillAsync, node.StartAsync);
        await UntilBackAsync(() => log.ReadToEndAsync());
    }

    [Fact]
    public async Task A_broker_that_freezes_while_nothing_happens_is_noticed()
    {
        await using var store = await CreateAsync();
        await LostAsync(store.Open(), () => node.SignalAsync("STOP"), () => node.SignalAsync("CONT"));
    }

    [Fact]
    public async Task A_stream_that_is_deleted_is_noticed_and_its_successor_read_from_the_first_record()
    {
        await using var store = await CreateAsync();
        var log = store.Open();
        await log.AppendAsync(1, 5);
        var last = (await log.ReadToEndAsync()).Records().Last().Position;
        await LostAsync(log, () => node.OnChannelAsync(channel => channel.QueueDeleteAsync(MessageNames.AttestationLog)), () => Task.CompletedTask);

        var shorter = await log.ReadToEndAsync(last);
        shorter[0].Should().BeOfType<LogEvent.ReadFromFirst>();
        shorter.Records().Should().BeEmpty();

        await log.AppendAsync(101, 20);
        var longer = await log.ReadToEndAsync(last);
        longer[0].Should().BeOfType<LogEvent.ReadFromFirst>();
        longer.Ids().Should().Equal(LogReading.Ids(101, 20));
    }

    [Fact]
    public async Task A_queue_that_stands_in_the_streams_place_is_told_and_left_as_it_is()
    {
        await using var store = await CreateAsync();
        var log = store.Open();
        await node.OnChannelAsync(async channel =>
        {
            _ = await channel.QueueDeleteAsync(MessageNames.AttestationLog);
            _ = await channel.QueueDeclareAsync(MessageNames.AttestationLog, durable: true, exclusive: false, autoDelete: false);
            await channel.BasicPublishAsync("", MessageNames.AttestationLog, mandatory: true, new byte[] { 1 });
        });

        await FluentActions.Awaiting(() => log.ReadToEndAsync()).Should().ThrowAsync<AttestationLogException>().WithMessage("*differs*");
        await FluentActions.Awaiting(() => log.AppendAsync(LogReading.Attestation(1), default)).Should()
            .ThrowAsync<AttestationLogException>().WithMessage("*differs*");
        await node.OnChannelAsync(async channel => (await channel.MessageCountAsync(MessageNames.AttestationLog)).Should().Be(1));
    }

    [Fact]
    public async Task A_wrong_password_and_an_absent_broker_are_told_without_the_password()
    {
        await using var wrong = new RabbitMqAttestationLog(() => node.As("guest", "s3cret"), "test/host", TimeProvider.System);
        (await FluentActions.Awaiting(() => wrong.ReadToEndAsync()).Should().ThrowAsync<AttestationLogException>())
            .Which.Message.Should().Contain("refuses the user name or password").And.NotContain("s3cret");
        await using var absent = new RabbitMqAttestationLog(() => new ConnectionFactory { Uri = new Uri("amqp://guest:s3cret@127.0.0.1:1") }, "test/host", TimeProvider.System);
        (await FluentActions.Awaiting(() => absent.AppendAsync(LogReading.Attestation(1), default)).Should().ThrowAsync<AttestationLogException>())
            .Which.Message.Should().Contain("cannot be reached").And.NotContain("s3cret");
    }

    [Fact]
    public async Task The_rights_that_the_error_names_are_the_rights_it_takes()
    {
        await using var store = await CreateAsync();
        await node.ControlAsync("add_user", "few", "few");
        await node.ControlAsync("set_permissions", "few", "", "", "");
        await using var log = new RabbitMqAttestationLog(() => node.As("few", "few"), "test/host", TimeProvider.System);
        var refusal = (await FluentActions.Awaiting(() => log.ReadToEndAsync()).Should().ThrowAsync<AttestationLogException>()).Which.Message;
        var rights = refusal[(refusal.IndexOf('\'', refusal.IndexOf("grant", StringComparison.Ordinal)) + 1)..^1];
        await node.ControlAsync("set_permissions", "few", rights, rights, rights);
        await log.AppendAsync(1, 1);
        (await log.ReadToEndAsync()).Ids().Should().Equal(LogReading.Ids(1, 1));
    }

    [Fact]
    public async Task G3_messages_of_others_neither_move_the_reader_nor_stop_it()
    {
        await using var store = await CreateAsync();
        var log = store.Open();
        await log.AppendAsync(1, 1);
        await node.OnChannelAsync(async channel =>
        {
            await PublishAsync(channel, new BasicProperties { Headers = new Dictionary<string, object?> { ["x-stream-offset"] = 900_000L } }, new byte[10]);
            await PublishAsync(channel, new BasicProperties { Headers = new Dictionary<string, object?> { ["kritis_log_marker"] = "x" } }, []);
            await PublishAsync(channel, new BasicProperties { Headers = new Dictionary<string, object?> { ["kritis_log_marker"] = 5, ["cloudEvents_type"] = true } }, []);
            await PublishAsync(channel, new BasicProperties(), new byte[1024 * 1024]);
        });
        await log.AppendAsync(2, 1);

        var events = await log.ReadToEndAsync();

        events[^1].Should().BeOfType<LogEvent.CaughtUp>();
        events.Records().Select(record => record.Position.Offset).Should().BeInAscendingOrder().And.OnlyContain(offset => offset < 100);
        events.Records().Should().OnlyContain(record => record.Body.Length <= 64 * 1024);
        events.Ids().Should().StartWith(LogReading.Ids(1, 1)).And.EndWith(LogReading.Ids(2, 1));
        var last = events.Records().Last().Position;
        (await log.ReadToEndAsync(last)).Should().ContainSingle("nothing stands behind it");
    }

    [Fact]
    public async Task One_message_as_large_as_the_broker_takes_does_not_end_the_reading_for_ever()
    {
        await using var store = await CreateAsync();
        var log = store.Open();
        await log.AppendAsync(1, 1);
        await node.OnChannelAsync(channel => PublishAsync(channel, new BasicProperties(), new byte[100 * 1024 * 1024]));
        await log.AppendAsync(2, 1);
        (await log.ReadToEndAsync()).Ids().Should().Equal([.. LogReading.Ids(1, 1), "", .. LogReading.Ids(2, 1)]);
    }

    [Fact]
    public async Task G6_a_log_is_caught_up_with_also_while_the_broker_takes_no_messages_for_want_of_memory()
    {
        await using var store = await CreateAsync();
        var log = store.Open();
        await Parallel.ForEachAsync(Enumerable.Range(1, 6_000), async (number, cancelled) =>
            await log.AppendAsync(LogReading.Attestation(number), cancelled));
        await node.ControlAsync("set_vm_memory_high_watermark", "absolute", "1MB");
        try
        {
            (await log.ReadToEndAsync()).Records().Should().HaveCount(6_000, "acknowledgements must go through, there are more records than the prefetch");
        }
        finally
        {
            await node.ControlAsync("set_vm_memory_high_watermark", "0.6");
        }
    }

    [Fact]
    public async Task A_reader_that_waits_for_the_next_record_owes_the_broker_nothing()
    {
        await using var store = await CreateAsync();
        var log = store.Open();
        await log.AppendAsync(1, 3);
        using var stop = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var caughtUp = new TaskCompletionSource();
        var following = Task.Run(async () =>
        {
            await foreach (var happened in log.FollowAsync(null, stop.Token))
            {
                _ = happened is LogEvent.CaughtUp && caughtUp.TrySetResult();
            }
        });
        await caughtUp.Task.WaitAsync(stop.Token);

        string[] owed;
        do
        {
            owed = (await node.ControlAsync("-q", "list_channels", "messages_unacknowledged", "--no-table-headers")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            owed.Should().NotBeEmpty();
            stop.Token.IsCancellationRequested.Should().BeFalse("the broker ends a channel that does not acknowledge: {0}", string.Join(", ", owed));
        }
        while (owed.Any(channel => channel.Trim() != "0"));

        await stop.CancelAsync();
        await FluentActions.Awaiting(() => following).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task An_append_that_the_broker_does_not_confirm_for_want_of_memory_is_told_in_bounded_time_and_works_again_afterwards()
    {
        await using var store = await CreateAsync();
        var log = store.Open();
        await log.AppendAsync(1, 1);
        await node.ControlAsync("set_vm_memory_high_watermark", "absolute", "1MB");
        try
        {
            // The first message still gets through; from then on the broker reads from this connection no more.
            var appending = async () => await log.AppendAsync(2, 3);
            await appending.Should().ThrowAsync<AttestationLogException>().WithMessage("*memory or disk*");
        }
        finally
        {
            await node.ControlAsync("set_vm_memory_high_watermark", "0.6");
        }

        await UntilBackAsync(() => log.AppendAsync(9, 1));
        (await log.ReadToEndAsync()).Ids().Should().StartWith(LogReading.Ids(1, 1)).And.EndWith(LogReading.Ids(9, 1));
    }

    private static async Task LostAsync(IAttestationLog log, Func<Task> lose, Func<Task> restore)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        Task? losing = null;
        var reading = async () =>
        {
            await foreach (var happened in log.FollowAsync(null, limit.Token))
            {
                losing ??= happened is LogEvent.CaughtUp ? Task.Run(lose) : null;
            }
        };
        await reading.Should().ThrowAsync<AttestationLogException>();
        await losing!;
        await restore();
    }

    /// <summary>A node takes connections a moment before its streams are back; callers try again.</summary>
    private static async Task UntilBackAsync(Func<Task> work)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (true)
        {
            try
            {
                await work();
                return;
            }
            catch (AttestationLogException) when (!limit.IsCancellationRequested)
            {
                await Task.Delay(200);
            }
        }
    }

    private static async Task PublishAsync(IChannel channel, BasicProperties properties, byte[] body) =>
        await channel.BasicPublishAsync(MessageNames.AttestationCreated, "", mandatory: true, properties, body);
}
