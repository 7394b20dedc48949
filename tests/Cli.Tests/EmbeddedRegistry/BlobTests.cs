using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Kritis.Events.Cli.Tests.EmbeddedRegistry;

public sealed class BlobTests
{
    private static readonly byte[] Content = Sample.Utf8("0123456789");
    private static readonly string ContentDigest = Sample.DigestOf(Content);

    [Fact]
    public async Task The_version_check_says_that_this_is_a_registry()
    {
        await using var registry = await RegistryServer.StartAsync();
        foreach (var path in (string[])["/v2/", "/v2"])
        {
            using var answer = await registry.Client.GetAsync(path);
            answer.StatusCode.Should().Be(HttpStatusCode.OK);
            answer.Headers.GetValues("Docker-Distribution-Api-Version").Should().Equal("registry/2.0");
            using var head = await registry.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, path));
            head.StatusCode.Should().Be(HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task A_blob_pushed_in_one_request_can_be_asked_for_and_read()
    {
        await using var registry = await RegistryServer.StartAsync();
        await registry.PushBlobAsync("team/app", Content);

        using var head = await registry.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, $"/v2/team/app/blobs/{ContentDigest}"));
        head.StatusCode.Should().Be(HttpStatusCode.OK);
        head.Content.Headers.ContentLength.Should().Be(10);
        head.Headers.GetValues("Docker-Content-Digest").Should().Equal(ContentDigest);
        (await registry.Client.GetByteArrayAsync($"/v2/team/app/blobs/{ContentDigest}")).Should().Equal(Content);
    }

    [Fact]
    public async Task A_part_of_a_blob_can_be_read()
    {
        await using var registry = await RegistryServer.StartAsync();
        await registry.PushBlobAsync("team/app", Content);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v2/team/app/blobs/{ContentDigest}");
        request.Headers.Range = new RangeHeaderValue(2, 4);
        using var answer = await registry.Client.SendAsync(request);
        answer.StatusCode.Should().Be(HttpStatusCode.PartialContent);
        (await answer.Content.ReadAsStringAsync()).Should().Be("234");
    }

    [Fact]
    public async Task A_blob_pushed_in_chunks_is_the_chunks_in_their_order()
    {
        await using var registry = await RegistryServer.StartAsync();
        var upload = await StartUploadAsync(registry);
        using var first = await PatchAsync(registry, upload, "01234", "0-4");
        first.StatusCode.Should().Be(HttpStatusCode.Accepted);
        first.Headers.GetValues("Range").Should().Equal("0-4");

        using var status = await registry.Client.GetAsync(upload);
        status.StatusCode.Should().Be(HttpStatusCode.NoContent);
        status.Headers.GetValues("Range").Should().Equal("0-4");

        using var second = await PatchAsync(registry, upload, "567", "5-7");
        second.StatusCode.Should().Be(HttpStatusCode.Accepted);
        using var last = await registry.Client.PutAsync($"{upload}?digest={ContentDigest}", new StringContent("89"));
        last.StatusCode.Should().Be(HttpStatusCode.Created);
        last.Headers.Location!.ToString().Should().Be($"/v2/team/app/blobs/{ContentDigest}");
        (await registry.Client.GetByteArrayAsync(last.Headers.Location)).Should().Equal(Content);
        (await registry.Client.GetAsync(upload)).StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("1-5")]
    [InlineData("4-8")]
    [InlineData("7-5")]
    [InlineData("five-nine")]
    [InlineData("5-99999999999999999999")]
    [InlineData("-1-3")]
    public async Task A_chunk_out_of_order_is_refused_and_leaves_no_trace(string range)
    {
        await using var registry = await RegistryServer.StartAsync();
        var upload = await StartUploadAsync(registry);
        (await PatchAsync(registry, upload, "01234", "0-4")).Dispose();

        using var refused = await PatchAsync(registry, upload, "xxxxx", range);
        refused.StatusCode.Should().Be(HttpStatusCode.RequestedRangeNotSatisfiable);
        refused.Headers.GetValues("Range").Should().Equal("0-4");
        refused.Headers.Location!.ToString().Should().Be(upload);
        (await registry.Client.PutAsync($"{upload}?digest={ContentDigest}", new StringContent("56789"))).StatusCode
            .Should().Be(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_chunk_that_is_not_as_long_as_it_says_is_refused_and_leaves_no_trace()
    {
        await using var registry = await RegistryServer.StartAsync();
        var upload = await StartUploadAsync(registry);
        using var contradiction = await PatchAsync(registry, upload, "012", "0-4");
        (await CodeOf(contradiction, HttpStatusCode.BadRequest)).Should().Be("SIZE_INVALID");
        using var shorter = await PatchAsync(registry, upload, "012", "0-4", chunked: true);
        (await CodeOf(shorter, HttpStatusCode.BadRequest)).Should().Be("SIZE_INVALID");
        (await registry.Client.PutAsync($"{upload}?digest={ContentDigest}", new ByteArrayContent(Content))).StatusCode
            .Should().Be(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Content_with_another_digest_never_becomes_a_blob()
    {
        await using var registry = await RegistryServer.StartAsync();
        var upload = await StartUploadAsync(registry);
        using var put = await registry.Client.PutAsync($"{upload}?digest={ContentDigest}", new StringContent("something else"));
        (await CodeOf(put, HttpStatusCode.BadRequest)).Should().Be("DIGEST_INVALID");
        using var post = await registry.Client.PostAsync($"/v2/team/app/blobs/uploads/?digest={ContentDigest}", new StringContent("other"));
        (await CodeOf(post, HttpStatusCode.BadRequest)).Should().Be("DIGEST_INVALID");
        (await registry.Client.GetAsync($"/v2/team/app/blobs/{ContentDigest}")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await registry.Client.GetAsync(upload)).StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_blob_is_seen_only_where_it_was_pushed_or_mounted()
    {
        await using var registry = await RegistryServer.StartAsync();
        await registry.PushBlobAsync("team/app", Content);
        using var elsewhere = await registry.Client.GetAsync($"/v2/team/other/blobs/{ContentDigest}");
        (await CodeOf(elsewhere, HttpStatusCode.NotFound)).Should().Be("BLOB_UNKNOWN");

        using var mounted = await registry.Client.PostAsync($"/v2/team/other/blobs/uploads/?mount={ContentDigest}&from=team/app", null);
        mounted.StatusCode.Should().Be(HttpStatusCode.Created);
        mounted.Headers.Location!.ToString().Should().Be($"/v2/team/other/blobs/{ContentDigest}");
        (await registry.Client.GetByteArrayAsync(mounted.Headers.Location)).Should().Equal(Content);
    }

    [Theory]
    [InlineData("team/nothing")]
    [InlineData("../team/app")]
    [InlineData("")]
    public async Task A_mount_of_what_is_not_there_becomes_an_ordinary_upload(string from)
    {
        await using var registry = await RegistryServer.StartAsync();
        await registry.PushBlobAsync("team/app", Content);
        using var answer = await registry.Client.PostAsync($"/v2/team/other/blobs/uploads/?mount={ContentDigest}&from={from}", null);
        answer.StatusCode.Should().Be(HttpStatusCode.Accepted);
        answer.Headers.Location!.ToString().Should().StartWith("/v2/team/other/blobs/uploads/");
    }

    [Fact]
    public async Task A_deleted_blob_is_gone_from_its_repository_only()
    {
        await using var registry = await RegistryServer.StartAsync();
        await registry.PushBlobAsync("team/app", Content);
        await registry.PushBlobAsync("team/other", Content);
        (await registry.Client.DeleteAsync($"/v2/team/app/blobs/{ContentDigest}")).StatusCode.Should().Be(HttpStatusCode.Accepted);
        (await registry.Client.DeleteAsync($"/v2/team/app/blobs/{ContentDigest}")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await registry.Client.GetAsync($"/v2/team/app/blobs/{ContentDigest}")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await registry.Client.GetByteArrayAsync($"/v2/team/other/blobs/{ContentDigest}")).Should().Equal(Content);
    }

    [Fact]
    public async Task A_cancelled_upload_is_gone()
    {
        await using var registry = await RegistryServer.StartAsync();
        var upload = await StartUploadAsync(registry);
        (await registry.Client.DeleteAsync(upload)).StatusCode.Should().Be(HttpStatusCode.NoContent);
        using var patch = await PatchAsync(registry, upload, "01234", null);
        (await CodeOf(patch, HttpStatusCode.NotFound)).Should().Be("BLOB_UPLOAD_UNKNOWN");
    }

    [Fact]
    public async Task An_upload_cannot_be_reached_from_another_repository()
    {
        await using var registry = await RegistryServer.StartAsync();
        var upload = await StartUploadAsync(registry);
        var foreign = upload.Replace("/team/app/", "/team/other/", StringComparison.Ordinal);
        (await registry.Client.GetAsync(foreign)).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await PatchAsync(registry, foreign, "x", null)).StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_blob_over_the_limit_is_refused_however_it_comes()
    {
        await using var registry = await RegistryServer.StartAsync(o => o with { MaxBlobBytes = 9 });
        using var whole = await registry.Client.PostAsync($"/v2/team/app/blobs/uploads/?digest={ContentDigest}", new ByteArrayContent(Content));
        (await CodeOf(whole, HttpStatusCode.RequestEntityTooLarge)).Should().Be("SIZE_INVALID");

        var upload = await StartUploadAsync(registry);
        using var streamed = await PatchAsync(registry, upload, "0123456789", null, chunked: true);
        (await CodeOf(streamed, HttpStatusCode.RequestEntityTooLarge)).Should().Be("SIZE_INVALID");
        (await PatchAsync(registry, upload, "01234", null)).StatusCode.Should().Be(HttpStatusCode.Accepted);
        using var rest = await registry.Client.PutAsync($"{upload}?digest={ContentDigest}", new StringContent("56789"));
        (await CodeOf(rest, HttpStatusCode.RequestEntityTooLarge)).Should().Be("SIZE_INVALID");
    }

    [Fact]
    public async Task A_blob_larger_than_the_servers_own_limit_is_taken()
    {
        await using var registry = await RegistryServer.StartAsync();
        var large = new byte[40_000_000];
        new Random(1).NextBytes(large);
        var digest = await registry.PushBlobAsync("team/app", large);
        Sample.DigestOf(await registry.Client.GetByteArrayAsync($"/v2/team/app/blobs/{digest}")).Should().Be(digest);
    }

    [Fact]
    public async Task Two_requests_never_write_to_one_upload_at_once()
    {
        await using var registry = await RegistryServer.StartAsync();
        var upload = await StartUploadAsync(registry);
        var held = new HeldContent("01234");
        var first = registry.Client.PatchAsync(upload, held);
        await held.Sent;
        await UntilFiveBytesAreThereAsync(registry, upload);

        using var second = await PatchAsync(registry, upload, "xxxxx", null);
        second.StatusCode.Should().Be(HttpStatusCode.Conflict);
        held.Release();
        (await first).StatusCode.Should().Be(HttpStatusCode.Accepted);
        (await registry.Client.PutAsync($"{upload}?digest={ContentDigest}", new StringContent("56789"))).StatusCode
            .Should().Be(HttpStatusCode.Created);
    }

    [Fact]
    public async Task An_upload_whose_sender_went_away_goes_on_where_it_stopped()
    {
        await using var registry = await RegistryServer.StartAsync();
        var upload = await StartUploadAsync(registry);
        using (await RawRequest.BeginAsync(registry.Address, "PATCH", upload, "Content-Length: 10\r\n\r\n01234"))
        {
            await UntilFiveBytesAreThereAsync(registry, upload);
        }

        await UntilAsync(async () => (await PatchAsync(registry, upload, "56789", "5-9")).StatusCode == HttpStatusCode.Accepted);
        (await registry.Client.PutAsync($"{upload}?digest={ContentDigest}", null)).StatusCode.Should().Be(HttpStatusCode.Created);
    }

    [Fact]
    public async Task The_same_blob_pushed_by_many_at_once_is_there_for_all()
    {
        await using var registry = await RegistryServer.StartAsync();
        var content = new byte[300_000];
        await Task.WhenAll(Enumerable.Range(0, 24).Select(i => registry.PushBlobAsync($"team/app{i % 3}", content)));
        for (var i = 0; i < 3; i++)
        {
            (await registry.Client.GetByteArrayAsync($"/v2/team/app{i}/blobs/{Sample.DigestOf(content)}")).Should().Equal(content);
        }
    }

    private static async Task<string> StartUploadAsync(RegistryServer registry)
    {
        using var answer = await registry.Client.PostAsync("/v2/team/app/blobs/uploads/", null);
        answer.StatusCode.Should().Be(HttpStatusCode.Accepted);
        answer.Headers.GetValues("Docker-Upload-UUID").Should().ContainSingle();
        return answer.Headers.Location!.ToString();
    }

    private static Task<HttpResponseMessage> PatchAsync(RegistryServer registry, string upload, string chunk, string? range, bool chunked = false)
    {
        var request = new HttpRequestMessage(HttpMethod.Patch, upload) { Content = new ByteArrayContent(Sample.Utf8(chunk)) };
        request.Headers.TransferEncodingChunked = chunked;
        if (range is not null)
        {
            request.Content.Headers.TryAddWithoutValidation("Content-Range", range);
        }

        return registry.Client.SendAsync(request);
    }

    private static async Task<string?> CodeOf(HttpResponseMessage answer, HttpStatusCode expected)
    {
        answer.StatusCode.Should().Be(expected);
        using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        var error = body.RootElement.GetProperty("errors")[0];
        error.GetProperty("message").GetString().Should().NotBeNullOrEmpty();
        return error.GetProperty("code").GetString();
    }

    private static Task UntilFiveBytesAreThereAsync(RegistryServer registry, string upload) => UntilAsync(async () =>
    {
        using var status = await registry.Client.GetAsync(upload);
        return status.Headers.GetValues("Range").Single() == "0-4";
    });

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        while (!await condition())
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    /// <summary>A body that is sent but not ended until it is released.</summary>
    private sealed class HeldContent(string text) : HttpContent
    {
        private readonly TaskCompletionSource _sent = new();
        private readonly TaskCompletionSource _released = new();

        public Task Sent => _sent.Task;

        public void Release() => _released.SetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(Sample.Utf8(text));
            await stream.FlushAsync();
            _sent.SetResult();
            await _released.Task;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
