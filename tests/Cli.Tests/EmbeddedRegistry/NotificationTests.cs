using System.Globalization;
using System.Text.Json;
using System.Threading.Channels;
using Kritis.Events.Cli.EmbeddedRegistry;

namespace Kritis.Events.Cli.Tests.EmbeddedRegistry;

public sealed class NotificationTests
{
    private const string Token = "s3cret-token";

    [Fact]
    public async Task A_push_is_announced_as_distribution_would_announce_it()
    {
        await using var signer = await NotificationRecorder.StartAsync();
        await using var registry = await StartAsync(signer);
        registry.Client.DefaultRequestHeaders.UserAgent.ParseAdd("skopeo/1.9.3");
        var image = Sample.Image("app");
        await registry.PushImageAsync("kritis-demo/app", "1.0");

        var sent = await signer.NextAsync();
        sent.Authorization.Should().Be("Bearer " + Token);
        sent.ContentType.Should().Be("application/vnd.docker.distribution.events.v1+json");
        sent.Event.GetProperty("action").GetString().Should().Be("push");
        Guid.TryParseExact(sent.Event.GetProperty("id").GetString(), "D", out _).Should().BeTrue();
        sent.Event.GetProperty("timestamp").GetString().Should().EndWith("Z");
        sent.Event.GetProperty("timestamp").GetDateTimeOffset().Offset.Should().Be(TimeSpan.Zero);
        sent.Event.GetProperty("actor").GetRawText().Should().Be("{}");
        sent.Target.GetProperty("mediaType").GetString().Should().Be(image.MediaType);
        sent.Target.GetProperty("size").GetInt64().Should().Be(image.Manifest.Length);
        sent.Target.GetProperty("length").GetInt64().Should().Be(image.Manifest.Length);
        sent.Target.GetProperty("digest").GetString().Should().Be(image.Digest);
        sent.Target.GetProperty("repository").GetString().Should().Be("kritis-demo/app");
        sent.Target.GetProperty("tag").GetString().Should().Be("1.0");
        sent.Target.GetProperty("url").GetString().Should().Be($"{registry.Address}v2/kritis-demo/app/manifests/{image.Digest}");
        sent.Target.GetProperty("references").EnumerateArray().Select(r => r.GetProperty("digest").GetString())
            .Should().Equal(Sample.DigestOf(image.Config), Sample.DigestOf(image.Layer));
        var request = sent.Event.GetProperty("request");
        request.GetProperty("method").GetString().Should().Be("PUT");
        request.GetProperty("host").GetString().Should().Be(registry.Address.Authority);
        request.GetProperty("addr").GetString().Should().StartWith("127.0.0.1:");
        request.GetProperty("useragent").GetString().Should().Be("skopeo/1.9.3");
        sent.Event.GetProperty("source").GetProperty("addr").GetString().Should().EndWith($":{registry.Address.Port}");
    }

    /// <summary>The fixture is what CNCF Distribution 2.8.2 sent for a push by skopeo.</summary>
    [Fact]
    public async Task An_announcement_has_the_members_of_distributions_own_in_their_order()
    {
        await using var signer = await NotificationRecorder.StartAsync();
        await using var registry = await StartAsync(signer);
        await registry.PushImageAsync("kritis-demo/app", "1.0");
        var fixture = Path.Combine(AppContext.BaseDirectory, "EmbeddedRegistry", "Fixtures", "push-oci-manifest-tag.json");
        using var expected = JsonDocument.Parse(await File.ReadAllTextAsync(fixture));
        ShapeOf((await signer.NextAsync()).Body).Should().Be(ShapeOf(expected.RootElement));
    }

    [Fact]
    public async Task A_push_by_digest_is_announced_without_a_tag()
    {
        await using var signer = await NotificationRecorder.StartAsync();
        await using var registry = await StartAsync(signer);
        var digest = await registry.PushImageAsync("kritis-demo/app", "");
        var sent = await signer.NextAsync();
        sent.Digest.Should().Be(digest);
        sent.Target.TryGetProperty("tag", out _).Should().BeFalse();
    }

    [Fact]
    public async Task A_refused_push_and_a_pushed_blob_are_not_announced()
    {
        await using var signer = await NotificationRecorder.StartAsync();
        await using var registry = await StartAsync(signer);
        (await registry.PutManifestAsync("team/app", "1.0", Sample.Image("x").Manifest, Sample.OciManifest)).IsSuccessStatusCode.Should().BeFalse();
        await registry.PushBlobAsync("team/app", [1, 2, 3]);
        var digest = await registry.PushImageAsync("team/app", "1.0");
        (await signer.NextAsync()).Digest.Should().Be(digest);
    }

    [Fact]
    public async Task A_signer_that_is_away_gets_every_push_later_in_order_and_once()
    {
        await using var signer = await NotificationRecorder.StartAsync();
        foreach (var status in (int[])[500, 503, 429, 401, 408, 302, 502])
        {
            signer.AnswerNext(status, "not now");
        }

        await using var registry = await StartAsync(signer);
        var pushed = new List<string>();
        for (var i = 0; i < 10; i++)
        {
            pushed.Add(await registry.PushImageAsync("team/app", "latest", $"build {i}"));
        }

        var accepted = new List<string>();
        foreach (var _ in pushed)
        {
            accepted.Add((await signer.NextAcceptedAsync()).Digest);
        }

        accepted.Should().Equal(pushed);
    }

    [Fact]
    public async Task A_retried_announcement_is_the_same_event()
    {
        await using var signer = await NotificationRecorder.StartAsync();
        signer.AnswerNext(503);
        await using var registry = await StartAsync(signer);
        await registry.PushImageAsync("team/app", "1.0");
        var refused = await signer.NextAsync();
        var accepted = await signer.NextAsync();
        (refused.Answer, accepted.Answer).Should().Be((503, 202));
        accepted.Body.GetRawText().Should().Be(refused.Body.GetRawText());
    }

    [Theory]
    [InlineData(400)]
    [InlineData(404)]
    [InlineData(413)]
    public async Task A_push_that_the_signer_refuses_for_good_blocks_no_other_and_the_reason_is_logged(int status)
    {
        await using var signer = await NotificationRecorder.StartAsync();
        signer.AnswerNext(status, "no such\nrule" + new string('x', 1000));
        await using var registry = await StartAsync(signer);
        var refused = await registry.PushImageAsync("team/app", "1.0", "first");
        var next = await registry.PushImageAsync("team/app", "1.1", "second");

        (await signer.NextAcceptedAsync()).Digest.Should().Be(next);
        var line = registry.Log.Lines.Should().ContainSingle(l => l.StartsWith("Error", StringComparison.Ordinal)).Subject;
        line.Should().Contain(refused).And.Contain(status.ToString(CultureInfo.InvariantCulture)).And.Contain(@"no such\u000arule");
        line.Should().NotContain("\n").And.NotContain(new string('x', 300));
    }

    [Fact]
    public async Task A_push_accepted_before_a_crash_is_announced_after_the_restart()
    {
        using var folder = new Folder();
        await using var signer = await NotificationRecorder.StartAsync();
        signer.Otherwise = 503;
        string[] pushed;
        await using (var registry = await StartAsync(signer, folder.Path))
        {
            pushed = [await registry.PushImageAsync("team/app", "1.0", "first"), await registry.PushImageAsync("team/app", "1.1", "second")];
            (await signer.NextAsync()).Digest.Should().Be(pushed[0]);
        }

        signer.Otherwise = 200;
        await using var restarted = await StartAsync(signer, folder.Path);
        var third = await restarted.PushImageAsync("team/app", "1.2", "third");
        var accepted = new[] { await signer.NextAcceptedAsync(), await signer.NextAcceptedAsync(), await signer.NextAcceptedAsync() };
        accepted.Select(a => a.Digest).Should().Equal([.. pushed, third]);
    }

    [Fact]
    public async Task A_delivered_push_is_not_announced_again_after_a_restart()
    {
        using var folder = new Folder();
        await using var signer = await NotificationRecorder.StartAsync();
        var reported = Channel.CreateUnbounded<AnnouncedPush>();
        await using (var registry = await StartAsync(signer, folder.Path, push => reported.Writer.TryWrite(push)))
        {
            await registry.PushImageAsync("team/app", "1.0", "first");
            await reported.Reader.ReadAsync(TestContext.Current.CancellationToken);
        }

        await signer.NextAsync();
        await using var restarted = await StartAsync(signer, folder.Path);
        var second = await restarted.PushImageAsync("team/app", "1.1", "second");
        (await signer.NextAsync()).Digest.Should().Be(second);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"events\":")]
    [InlineData("{}")]
    [InlineData("{\"events\":[{\"id\":\"1\"}]}")]
    [InlineData("{\"events\":[null]}")]
    public async Task A_waiting_event_that_cannot_be_read_is_set_aside_and_blocks_no_other(string content)
    {
        using var folder = new Folder();
        var waiting = Path.Combine(Directory.CreateDirectory(Path.Combine(folder.Path, "notifications")).FullName, "0000000000000000007.json");
        await File.WriteAllTextAsync(waiting, content);
        await using var signer = await NotificationRecorder.StartAsync();
        await using var registry = await StartAsync(signer, folder.Path);
        var digest = await registry.PushImageAsync("team/app", "1.0");
        (await signer.NextAsync()).Digest.Should().Be(digest);
        File.Exists(waiting + ".unreadable").Should().BeTrue();
        File.Exists(waiting).Should().BeFalse();
        registry.Log.Lines.Should().ContainSingle(l => l.StartsWith("Error", StringComparison.Ordinal)).Which.Should().Contain("set aside");
    }

    [Fact]
    public async Task The_live_console_hears_of_each_delivered_push_even_if_a_listener_fails()
    {
        await using var signer = await NotificationRecorder.StartAsync();
        var heard = Channel.CreateUnbounded<AnnouncedPush>();
        await using var registry = await StartAsync(signer, pushed: push =>
        {
            heard.Writer.TryWrite(push);
            throw new InvalidOperationException("The console is gone.");
        });
        foreach (var tag in (string[])["1.0", "1.1"])
        {
            var digest = await registry.PushImageAsync("team/app", tag, tag);
            var push = await heard.Reader.ReadAsync(TestContext.Current.CancellationToken);
            (push.Repository, push.Tag, push.Digest.ToString()).Should().Be(("team/app", tag, digest));
        }
    }

    [Fact]
    public async Task Lesson_CVE_2025_27403_the_token_does_not_follow_a_redirect_and_is_never_logged()
    {
        await using var thief = await NotificationRecorder.StartAsync();
        await using var signer = await NotificationRecorder.StartAsync();
        signer.AnswerNext(307, thief.Url.ToString());
        await using var registry = await StartAsync(signer);
        await registry.PushImageAsync("team/app", "1.0");
        (await signer.NextAcceptedAsync()).Authorization.Should().Be("Bearer " + Token);
        thief.Requests.Should().Be(0);
        registry.Log.Lines.Should().NotContain(line => line.Contains(Token, StringComparison.Ordinal));
    }

    private static Task<RegistryServer> StartAsync(NotificationRecorder signer, string? folder = null, Action<AnnouncedPush>? pushed = null) =>
        RegistryServer.StartAsync(o => o with { NotificationUrl = signer.Url, NotificationToken = Token }, folder, pushed);

    private static string ShapeOf(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "{" + string.Join(',', element.EnumerateObject().Select(p => p.Name + ShapeOf(p.Value))) + "}",
        JsonValueKind.Array => "[" + string.Join(',', element.EnumerateArray().Select(ShapeOf).Distinct()) + "]",
        var kind => ":" + kind,
    };
}
