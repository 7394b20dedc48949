using System.Text;
using Kritis.Events.Cli.Errors;
using RabbitMQ.Client;

namespace Kritis.Events.Cli.Tests.Errors;

/// <summary>What a message of the error queue says about its failure, whoever wrote it.</summary>
public class FailedPushTests
{
    private const string Body = """
        {"eventId":"e1","image":"registry.example.com/x@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "tag":"1.0","source":"distribution","receivedAt":"2026-11-24T00:00:00Z"}
        """;

    [Fact]
    public void A_push_that_a_signer_gave_up_says_why_when_and_how_often()
    {
        var entry = FailedPushEntry.Of(FailedPush.Of(Message("m1", Body, new()
        {
            ["MT-Fault-Message"] = "the key is gone"u8.ToArray(),
            ["MT-Fault-Timestamp"] = "2026-11-24T12:13:14.5Z"u8.ToArray(),
            [FailedPush.RetriesHeader] = 2L,
        })));

        entry.Should().BeEquivalentTo(new
        {
            Id = "m1",
            Image = "registry.example.com/x@sha256:" + new string('a', 64),
            Tag = "1.0",
            EventId = "e1",
            FailedAt = DateTimeOffset.Parse("2026-11-24T12:13:14.5Z", null),
            Failures = 3,
            Reason = "the key is gone",
        });
    }

    [Fact]
    public void A_push_that_the_broker_moved_here_says_that_it_came_back_too_often()
    {
        var failed = FailedPush.Of(Message("m1", Body, new()
        {
            ["x-death"] = new List<object?>
            {
                new Dictionary<string, object?> { ["reason"] = "delivery_limit"u8.ToArray(), ["time"] = new AmqpTimestamp(1_764_000_000) },
            },
        }));

        failed.Reason.Should().Contain("came back to the work queue too often");
        failed.FailedAt.Should().Be(DateTimeOffset.FromUnixTimeSeconds(1_764_000_000));
        failed.Failures.Should().Be(1);
    }

    public static TheoryData<string, object?> Nonsense => new()
    {
        { "x-death", "no list"u8.ToArray() },
        { "x-death", new List<object?>() },
        { "x-death", new List<object?> { 5, null } },
        { "x-death", new List<object?> { new Dictionary<string, object?> { ["reason"] = null, ["time"] = new AmqpTimestamp(long.MaxValue) } } },
        { "x-death", new List<object?> { new Dictionary<string, object?> { ["time"] = new AmqpTimestamp(long.MinValue) } } },
        { "MT-Fault-Timestamp", "yesterday"u8.ToArray() },
        { "MT-Fault-Timestamp", new List<object?>() },
        { "MT-Fault-Message", new byte[] { 0xff, 0xfe } },
        { "MT-Fault-Message", null },
        { FailedPush.RetriesHeader, long.MaxValue },
        { FailedPush.RetriesHeader, long.MinValue },
        { FailedPush.RetriesHeader, "many"u8.ToArray() },
    };

    [Theory]
    [MemberData(nameof(Nonsense))]
    public void What_anybody_may_write_into_a_header_does_not_hide_the_message(string header, object? value)
    {
        var entry = FailedPushEntry.Of(FailedPush.Of(Message("m1", Body, new() { [header] = value })));

        entry.Id.Should().Be("m1");
        entry.Failures.Should().BeInRange(1, int.MaxValue + 1L);
        entry.Reason.Should().NotBeNull();
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[[[[")]
    [InlineData("""{"eventId":null,"image":null}""")]
    public void A_message_that_is_no_push_is_listed_by_its_id(string body)
    {
        var entry = FailedPushEntry.Of(FailedPush.Of(Message("m1", body, [])));

        (entry.Id, entry.Image).Should().Be(("m1", null));
    }

    [Fact]
    public void Foreign_text_forges_no_line_and_is_cut_but_the_id_stays_whole()
    {
        var entry = FailedPushEntry.Of(FailedPush.Of(Message(new string('i', 400), Body, new()
        {
            ["MT-Fault-Message"] = Encoding.UTF8.GetBytes("first\nsecond\u001b[2J" + new string('x', 5000)),
        })));

        entry.Reason.Should().StartWith("first\\u000asecond\\u001b[2J").And.NotContain("\n").And.Match(reason => reason.Length < 400);
        entry.Id.Should().HaveLength(400, "--id must find it");
    }

    [Fact]
    public void A_retry_begins_without_what_the_failure_wrote_and_sends_nothing_where_only_its_sender_wanted_it()
    {
        var failed = Message("m1", Body, new()
        {
            ["MT-Fault-Message"] = "the key is gone"u8.ToArray(),
            ["x-death"] = new List<object?>(),
            ["x-delivery-count"] = 20L,
            ["CC"] = new List<object?> { "kritis.attestations"u8.ToArray() },
            ["BCC"] = new List<object?> { "kritis.attestations"u8.ToArray() },
            ["cloudEvents_type"] = "kritis.image-pushed"u8.ToArray(),
        }, new BasicProperties { UserId = "somebody", Expiration = "1000" });

        var retried = FailedPush.Of(failed).ForRetry();

        retried.Headers!.Keys.Should().BeEquivalentTo("cloudEvents_type", FailedPush.RetriesHeader);
        (retried.MessageId, retried.Persistent).Should().Be(("m1", true));
        (retried.IsUserIdPresent(), retried.IsExpirationPresent()).Should().Be((false, false), "the broker refuses a foreign user and forgets what expires");
        FailedPush.Of(Message("m1", Body, new(retried.Headers))).Failures.Should().Be(2);
    }

    private static BasicGetResult Message(string id, string body, Dictionary<string, object?> headers, BasicProperties? properties = null) => new(
        1, false, "", "", 0, new BasicProperties(properties ?? new BasicProperties()) { MessageId = id, Headers = headers }, Encoding.UTF8.GetBytes(body));
}
