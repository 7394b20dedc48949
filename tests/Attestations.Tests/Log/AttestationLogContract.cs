using System.Text.Json;
using Kritis.Events.Attestations.Log;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.Contracts.Wire;

namespace Kritis.Events.Attestations.Tests.Log;

/// <summary>What every adapter of the attestation log does.</summary>
public abstract class AttestationLogContract
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>An empty log.</summary>
    protected abstract Task<LogUnderTest> CreateAsync();

    [Fact]
    public async Task What_was_appended_is_read_in_order_and_as_it_was()
    {
        await using var store = await CreateAsync();
        var log = store.Open();
        await log.AppendAsync(LogReading.Attestation(1), Cancelled);
        await log.AppendAsync(LogReading.Revocation(2), Cancelled);
        await log.AppendAsync(LogReading.Attestation(3), Cancelled);

        var records = (await log.ReadToEndAsync()).Records().ToList();

        records.Select(record => record.Type).Should().Equal(
            MessageNames.AttestationCreated, MessageNames.AttestationRevoked, MessageNames.AttestationCreated);
        records.Ids().Should().Equal(LogReading.Ids(1, 3));
        records.Select(record => record.Position.Offset).Should().BeInAscendingOrder().And.OnlyHaveUniqueItems();
        records[0].Body.ToArray().Should().Equal(JsonSerializer.SerializeToUtf8Bytes(LogReading.Attestation(1), WireJson.Default.AttestationCreated));
        records[1].Body.ToArray().Should().Equal(JsonSerializer.SerializeToUtf8Bytes(LogReading.Revocation(2), WireJson.Default.AttestationRevoked));
    }

    [Fact]
    public async Task G6_an_empty_log_is_caught_up_with_at_once()
    {
        await using var store = await CreateAsync();
        (await store.Open().ReadToEndAsync()).Should().ContainSingle().Which.Should().BeOfType<LogEvent.CaughtUp>();
    }

    [Fact]
    public async Task G6_being_caught_up_comes_once_and_behind_everything_that_stood_there()
    {
        await using var store = await CreateAsync();
        var log = store.Open();
        await log.AppendAsync(1, 20);
        _ = await log.ReadToEndAsync();

        Task? later = null;
        var events = await log.ReadAsync(null, events =>
        {
            later ??= events[^1] is LogEvent.CaughtUp ? log.AppendAsync(21, 3) : null;
            return events.Records().Count() == 23;
        });

        await later!;
        events.OfType<LogEvent.CaughtUp>().Should().ContainSingle();
        events.FindIndex(happened => happened is LogEvent.CaughtUp).Should().BeGreaterThanOrEqualTo(20);
        events.Ids().Should().Equal(LogReading.Ids(1, 23));
    }

    [Fact]
    public async Task Reading_goes_on_after_the_position_it_is_given()
    {
        await using var store = await CreateAsync();
        var log = store.Open();
        await log.AppendAsync(1, 5);
        var positions = (await log.ReadToEndAsync()).Records().Select(record => record.Position).ToList();

        (await log.ReadToEndAsync(positions[2])).Ids().Should().Equal(LogReading.Ids(4, 2));
        (await log.ReadToEndAsync(positions[4])).Should().ContainSingle().Which.Should().BeOfType<LogEvent.CaughtUp>();
        await log.AppendAsync(6, 1);
        (await log.ReadToEndAsync(positions[4])).Ids().Should().Equal(LogReading.Ids(6, 1));
    }

    [Fact]
    public async Task A_position_that_the_log_does_not_hold_as_it_was_means_to_read_from_the_first_record()
    {
        await using var store = await CreateAsync();
        var log = store.Open();
        await log.AppendAsync(1, 3);
        var last = (await log.ReadToEndAsync()).Records().Last().Position;

        foreach (var gone in new[] { last with { MessageId = "another" }, last with { Offset = last.Offset + 1_000_000 } })
        {
            var events = await log.ReadToEndAsync(gone);
            events[0].Should().BeOfType<LogEvent.ReadFromFirst>().Which.Reason.Should().NotBeNullOrEmpty();
            events.Ids().Should().Equal(LogReading.Ids(1, 3));
        }
    }

    [Fact]
    public async Task The_same_attestation_appended_again_stands_there_twice()
    {
        await using var store = await CreateAsync();
        var log = store.Open();
        await log.AppendAsync(1, 1);
        await log.AppendAsync(1, 1);
        (await log.ReadToEndAsync()).Records().Select(record => record.Position).Should().HaveCount(2).And.OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task Several_processes_share_one_log()
    {
        await using var store = await CreateAsync();
        var (first, second) = (store.Open(), store.Open());
        var reading = first.ReadAsync(null, events => events.Records().Count() == 40);
        await Task.WhenAll(first.AppendAsync(1, 20), second.AppendAsync(101, 20));

        var seen = (await reading).Ids().ToList();

        seen.Should().BeEquivalentTo(LogReading.Ids(1, 20).Concat(LogReading.Ids(101, 20)));
        seen.Where(LogReading.Ids(1, 20).Contains).Should().Equal(LogReading.Ids(1, 20), "what one process appends keeps its order");
        (await second.ReadToEndAsync()).Ids().Should().Equal(seen, "every reader sees the same order");
    }

    [Fact]
    public async Task Two_followers_each_see_everything()
    {
        await using var store = await CreateAsync();
        var log = store.Open();
        var readings = Enumerable.Range(0, 2).Select(_ => log.ReadAsync(null, events => events.Records().Count() == 50)).ToList();
        await log.AppendAsync(1, 50);
        foreach (var events in await Task.WhenAll(readings))
        {
            events.Ids().Should().Equal(LogReading.Ids(1, 50));
        }
    }

    [Fact]
    public async Task A_reader_that_waits_ends_when_it_is_cancelled()
    {
        await using var store = await CreateAsync();
        var log = store.Open();
        using var stop = new CancellationTokenSource();
        var reading = async () =>
        {
            await foreach (var happened in log.FollowAsync(null, stop.Token))
            {
                await stop.CancelAsync();
            }
        };
        await reading.Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task A_reader_in_the_middle_of_the_log_ends_when_it_is_cancelled()
    {
        await using var store = await CreateAsync();
        var log = store.Open();
        await Parallel.ForEachAsync(Enumerable.Range(1, 1_500), Cancelled, async (number, cancelled) =>
            await log.AppendAsync(LogReading.Attestation(number), cancelled));
        using var stop = new CancellationTokenSource();
        var read = 0;
        var reading = async () =>
        {
            await foreach (var happened in log.FollowAsync(null, stop.Token))
            {
                read++;
                await stop.CancelAsync();
            }
        };
        await reading.Should().ThrowAsync<OperationCanceledException>();
        read.Should().BeLessThan(1_500);
    }

    [Fact]
    public async Task What_is_cancelled_before_it_began_does_nothing()
    {
        await using var store = await CreateAsync();
        var log = store.Open();
        var cancelled = new CancellationToken(canceled: true);
        await FluentActions.Awaiting(() => log.AppendAsync(LogReading.Attestation(1), cancelled)).Should().ThrowAsync<OperationCanceledException>();
        (await log.ReadToEndAsync()).Records().Should().BeEmpty();
    }

    [Fact]
    public async Task Ten_thousand_records_come_back_in_the_order_they_have()
    {
        await using var store = await CreateAsync();
        var log = store.Open();
        await Parallel.ForEachAsync(
            Enumerable.Range(1, 10_000), new ParallelOptions { MaxDegreeOfParallelism = 64, CancellationToken = Cancelled },
            async (number, cancelled) => await log.AppendAsync(LogReading.Attestation(number), cancelled));

        var first = await log.ReadToEndAsync();
        first.Ids().Order().Should().Equal(LogReading.Ids(1, 10_000));
        var middle = first.Records().ElementAt(6_000).Position;
        (await log.ReadToEndAsync(middle)).Ids().Should().Equal(first.Ids().Skip(6_001));
    }

    [Fact]
    public async Task Restrictions_are_the_revocations_and_the_claims_of_tags_among_all_that_stands_there()
    {
        await using var store = await CreateAsync();
        var log = store.Open();
        (await log.ReadRestrictionsAsync()).Should().BeEmpty();
        var claiming = LogReading.Attestation(3) with { Tag = "1.0", TagClaim = new SignedTagClaim { Payload = new byte[] { 1 }, Signature = new byte[] { 2 } } };
        await log.AppendAsync(1, 1);
        await log.AppendAsync(LogReading.Revocation(2), Cancelled);
        await log.AppendAsync(claiming, Cancelled);
        await log.AppendAsync(4, 600);
        await log.AppendAsync(LogReading.Revocation(2), Cancelled);

        var records = await log.ReadRestrictionsAsync();

        records.Select(record => record.Type).Should().Equal(
            MessageNames.AttestationRevoked, MessageNames.AttestationCreated, MessageNames.AttestationRevoked);
        records[0].Body.ToArray().Should().Equal(JsonSerializer.SerializeToUtf8Bytes(LogReading.Revocation(2), WireJson.Default.AttestationRevoked));
        records[1].Body.ToArray().Should().Equal(JsonSerializer.SerializeToUtf8Bytes(claiming, WireJson.Default.AttestationCreated));
        (await log.ReadRestrictionsAsync()).Should().HaveCount(3, "each reading begins at the first");
    }

    [Fact]
    public async Task More_restrictions_than_fit_in_a_batch_come_whole_and_in_order()
    {
        await using var store = await CreateAsync();
        var log = store.Open();
        for (var number = 1; number <= 1_200; number++)
        {
            await log.AppendAsync(LogReading.Revocation(number), Cancelled);
        }

        (await log.ReadRestrictionsAsync()).Select(record => record.Position.MessageId).Should().Equal(LogReading.Ids(1, 1_200));
    }

    [Fact]
    public async Task The_description_tells_no_password()
    {
        await using var store = await CreateAsync();
        store.Open().Description.Should().NotBeNullOrWhiteSpace().And.NotContain("guest:guest").And.NotContain("@");
    }
}
