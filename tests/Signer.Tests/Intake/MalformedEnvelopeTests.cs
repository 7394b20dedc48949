using System.Net;
using System.Text;

namespace Kritis.Events.Signer.Tests.Intake;

public sealed class MalformedEnvelopeTests
{
    public static TheoryData<string, string> Envelopes => new()
    {
        { "", "the body is not JSON" },
        { " ", "the body is not JSON" },
        { "{", "the body is not JSON" },
        { "null", "the body is not an object with the array 'events'" },
        { "[]", "the body is not an object with the array 'events'" },
        { "7", "the body is not an object with the array 'events'" },
        { "{}", "the body is not an object with the array 'events'" },
        { """{"events":null}""", "the body is not an object with the array 'events'" },
        { """{"events":{}}""", "the body is not an object with the array 'events'" },
        { """{"events":[],"events":[]}""", "the body is not JSON" },
        { """{"events":[],"\u0065vents":[]}""", "the body is not JSON" },
        { """{"events":[]}{}""", "the body is not JSON" },
        { """{"events":[],}""", "the body is not JSON" },
        { """{"events":[] /* x */}""", "the body is not JSON" },
        { """{"events":[null]}""", "events[0] is missing" },
        { """{"events":["push"]}""", "events[0] is a string: expected an object" },
        { """{"events":[{}]}""", "events[0].action is missing or empty" },
        { """{"events":[{"action":"push"}]}""", "events[0].target is missing" },
        { """{"events":[{"action":"push","target":[]}]}""", "events[0].target is an array: expected an object" },
        { """{"events":[{"action":"push","action":"pull"}]}""", "the body is not JSON" },
        { """{"events":[{"action":"push","target":{"digest":"a","digest":"b"}}]}""", "the body is not JSON" },
        { """{"events":[{"action":"\ud800"}]}""", "events[0].action is not lawful Unicode" },
        { "{\"events\":" + new string('[', 100) + new string(']', 100) + "}", "the body is not JSON" },
        { "{\"x\":" + new string('[', 100_000), "the body is not JSON" },
        { Envelope.SecondWith("action", "7"), "events[1].action is a number: expected a string" },
        { Envelope.SecondWith("target.mediaType", "[]"), "events[1].target.mediaType is an array: expected a string" },
        { Envelope.SecondWith("target.mediaType", "\"\""), "events[1].target.mediaType is missing or empty" },
        { Envelope.SecondWith("target.digest", "true"), "events[1].target.digest is true, false or null: expected a string" },
        { Envelope.SecondWith("target.digest", $"\"sha256:{Envelope.Hex[1..]}\""), "events[1].target.digest" },
        { Envelope.SecondWith("target.digest", $"\"sha256:{Envelope.Hex}0\""), "events[1].target.digest" },
        { Envelope.SecondWith("target.digest", $"\"sha256:{Envelope.Hex.ToUpperInvariant()}\""), "events[1].target.digest" },
        { Envelope.SecondWith("target.digest", $"\"{Envelope.Hex}\""), "events[1].target.digest" },
        { Envelope.SecondWith("target.digest", "\"\\n\\u202esha256:\""), "'\\u000a\\u202esha256:'" },
        { Envelope.SecondWith("target.repository", "\"\""), "events[1].target.repository is missing or empty" },
        { Envelope.SecondWith("target.repository", "\"a b\""), "events[1].target.repository 'a b' is no repository" },
        { Envelope.SecondWith("target.repository", "\"Kritis\""), "events[1].target.repository 'Kritis' is no repository: the repository has upper-case letters" },
        { Envelope.SecondWith("target.repository", "\"/a\""), "events[1].target.repository" },
        { Envelope.SecondWith("target.repository", "\"a/../b\""), "events[1].target.repository" },
        { Envelope.SecondWith("target.repository", "\"a:tag\""), "events[1].target.repository 'a:tag' is no repository: it holds more than a path" },
        { Envelope.SecondWith("target.repository", $"\"a:tag@sha256:{Envelope.Hex}\""), "events[1].target.repository" },
        { Envelope.SecondWith("target.repository", $"\"a@sha256:{Envelope.Hex[1..]}\""), "events[1].target.repository" },
        { Envelope.SecondWith("target.repository", "\"host:5000/name\""), "events[1].target.repository" },
        { Envelope.SecondWith("target.repository", $"\"{new string('a', 10_000)}\""), "events[1].target.repository has 10000 characters, more than 255" },
        { Envelope.SecondWith("target.tag", "\"a b\""), "events[1].target.tag 'a b' is no tag" },
        { Envelope.SecondWith("target.tag", $"\"a@sha256:{Envelope.Hex}\""), "events[1].target.tag" },
        { Envelope.SecondWith("target.tag", "\"a:b\""), "events[1].target.tag" },
        { Envelope.SecondWith("target.tag", "\"a/b:c\""), "events[1].target.tag" },
        { Envelope.SecondWith("target.tag", $"\"{new string('a', 129)}\""), "events[1].target.tag" },
        { Envelope.SecondWith("target.url", "{}"), "events[1].target.url is an object: expected a string" },
        { Envelope.SecondWith("target.references", "{}"), "events[1].target.references is an object: expected an array" },
        { Envelope.SecondWith("target.references", "[{},7]"), "events[1].target.references[1] is a number: expected an object" },
        { Envelope.SecondWith("target.references", """[{"mediaType":7}]"""), "events[1].target.references[0].mediaType is a number" },
        { Envelope.SecondWith("request", "[]"), "events[1].request is an array: expected an object" },
        { Envelope.SecondWith("request.host", "7"), "events[1].request.host is a number: expected a string" },
        { Envelope.SecondWith("actor", "\"me\""), "events[1].actor is a string: expected an object" },
        { Envelope.SecondWith("actor.name", "[]"), "events[1].actor.name is an array: expected a string" },
        { Envelope.SecondWith("timestamp", "\"yesterday\""), "events[1].timestamp is not an RFC 3339 time" },
        { Envelope.SecondWith("timestamp", "1700000000"), "events[1].timestamp is a number: expected a string" },
        { Envelope.SecondWith("id", "7"), "events[1].id is a number: expected a string" },
        { Envelope.SecondWith("id", "\"a\\nb\""), "events[1].id has other characters than visible ASCII" },
        { Envelope.SecondWith("id", $"\"{new string('a', 201)}\""), "events[1].id has 201 characters, more than 200" },
        { Envelope.SecondWithout("action"), "events[1].action is missing or empty" },
        { Envelope.SecondWithout("target"), "events[1].target is missing" },
        { Envelope.SecondWithout("target.mediaType"), "events[1].target.mediaType is missing or empty" },
        { Envelope.SecondWithout("target.digest"), "events[1].target.digest is missing or empty" },
        { Envelope.SecondWithout("target.repository"), "events[1].target.repository is missing or empty" },
    };

    [Fact]
    public async Task Every_malformed_envelope_is_refused_whole_with_the_event_and_the_member()
    {
        await using var host = await IntakeHost.StartAsync();
        foreach (var row in Envelopes)
        {
            var (envelope, reason) = row.Data;
            using var answer = await host.PostAsync(envelope);
            var problem = await answer.Content.ReadAsStringAsync(IntakeHost.Cancellation);
            answer.StatusCode.Should().Be(HttpStatusCode.BadRequest, envelope.Length < 1_000 ? envelope : reason);
            answer.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
            Envelope.Reason(problem).Should().Contain(reason);
        }

        (await host.ReceivedAsync()).Should().BeEmpty();
        host.Counted.Should().Equal(new Dictionary<string, long> { ["malformed"] = Envelopes.Count });
        using var good = await host.PostAsync(Envelope.Of(Envelope.Push()));
        good.StatusCode.Should().Be(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task Other_encodings_than_plain_UTF8_are_refused()
    {
        await using var host = await IntakeHost.StartAsync();
        var envelope = Envelope.Of(Envelope.Push());
        byte[][] bodies =
        [
            [0xef, 0xbb, 0xbf, .. Encoding.UTF8.GetBytes(envelope)],
            Encoding.Unicode.GetBytes(envelope),
            Encoding.UTF32.GetBytes(envelope),
            Encoding.Latin1.GetBytes(envelope.Replace("robot", "Jürgen", StringComparison.Ordinal).Replace("\\u00FC", "ü", StringComparison.Ordinal)),
            [.. Encoding.UTF8.GetBytes(envelope), 0],
            [0xff, 0xfe],
        ];
        foreach (var body in bodies)
        {
            using var answer = await host.PostAsync(body);
            answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        }

        (await host.ReceivedAsync()).Should().BeEmpty();
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("application/jsonx")]
    [InlineData("application/*")]
    [InlineData("nonsense")]
    public async Task Another_content_type_is_answered_415(string contentType)
    {
        await using var host = await IntakeHost.StartAsync();
        using var answer = await host.PostAsync(Envelope.Of(Envelope.Push()), contentType);
        answer.StatusCode.Should().Be(HttpStatusCode.UnsupportedMediaType);
        Envelope.Reason(await answer.Content.ReadAsStringAsync(IntakeHost.Cancellation)).Should().Contain("application/json");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("application/json")]
    [InlineData("Application/JSON; charset=UTF-8")]
    [InlineData("application/vnd.docker.distribution.events.v1+json")]
    [InlineData("application/vnd.docker.distribution.events.v1+json; charset=\"utf-8\"")]
    public async Task Registries_content_types_and_none_are_taken(string? contentType)
    {
        await using var host = await IntakeHost.StartAsync();
        using var answer = await host.PostAsync(Envelope.Of(Envelope.Push()), contentType);
        answer.StatusCode.Should().Be(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task A_compressed_body_is_answered_415()
    {
        await using var host = await IntakeHost.StartAsync();
        var content = new ByteArrayContent([1]) { Headers = { ContentEncoding = { "gzip" } } };
        using var answer = await host.PostAsync(content, "application/json");
        answer.StatusCode.Should().Be(HttpStatusCode.UnsupportedMediaType);
    }

    [Theory]
    [InlineData(4_096, false, HttpStatusCode.BadRequest)]
    [InlineData(4_097, false, HttpStatusCode.RequestEntityTooLarge)]
    [InlineData(4_096, true, HttpStatusCode.BadRequest)]
    [InlineData(4_097, true, HttpStatusCode.RequestEntityTooLarge)]
    [InlineData(1_000_000, true, HttpStatusCode.RequestEntityTooLarge)]
    public async Task Lesson_CVE_2023_46737_an_oversized_body_is_answered_413_with_or_without_its_length(int bytes, bool chunked, HttpStatusCode expected)
    {
        await using var host = await IntakeHost.StartAsync(null, ("Intake:MaxBodyBytes", "4096"));
        var body = Enumerable.Repeat((byte)'[', bytes).ToArray();
        using HttpContent content = chunked ? new StreamContent(new Unseekable(body)) : new ByteArrayContent(body);
        using var answer = await host.PostAsync(content, "application/json");
        answer.StatusCode.Should().Be(expected);
        if (expected == HttpStatusCode.RequestEntityTooLarge)
        {
            Envelope.Reason(await answer.Content.ReadAsStringAsync(IntakeHost.Cancellation)).Should().Contain("4096 bytes (Intake:MaxBodyBytes)");
        }
    }

    [Fact]
    public async Task A_body_of_one_mebibyte_is_read_whole()
    {
        await using var host = await IntakeHost.StartAsync();
        var envelope = Envelope.Of(Envelope.Push());
        using HttpContent content = new StreamContent(new Unseekable(Encoding.UTF8.GetBytes(envelope.PadRight(1024 * 1024))));
        using var answer = await host.PostAsync(content, "application/json");
        answer.StatusCode.Should().Be(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task A_body_that_does_not_arrive_is_answered_408()
    {
        await using var host = await IntakeHost.StartAsync(null, ("Intake:ReadTimeout", "00:00:00.2"));
        using var raw = await RawRequest.SendAsync(host.Client.BaseAddress!,
            $"POST /events/distribution HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {IntakeHost.Token}\r\nContent-Length: 100\r\n\r\n{{");
        (await raw.StatusLineAsync()).Should().StartWith("HTTP/1.1 408");
        host.Counted["malformed"].Should().Be(1);
    }

    private sealed class Unseekable(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
