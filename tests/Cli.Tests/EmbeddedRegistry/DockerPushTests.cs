using System.Net;
using System.Net.Http.Headers;

namespace Kritis.Events.Cli.Tests.EmbeddedRegistry;

/// <summary>The requests of <c>docker push</c>, in its order and with its headers.</summary>
public sealed class DockerPushTests
{
    [Fact]
    public async Task Docker_push_and_docker_pull_find_what_they_ask_for()
    {
        await using var registry = await RegistryServer.StartAsync();
        registry.Client.DefaultRequestHeaders.UserAgent.ParseAdd("docker/26.1.3");
        var image = Sample.Image("docker");
        (await registry.Client.GetAsync("/v2/")).StatusCode.Should().Be(HttpStatusCode.OK);
        await PushBlobAsync(registry, image.Layer);
        await PushBlobAsync(registry, image.Config);

        var manifest = Sample.Utf8($$"""
            {
               "schemaVersion": 2,
               "mediaType": "{{Sample.DockerManifest}}",
               "config": {{Sample.Descriptor("application/vnd.docker.container.image.v1+json", image.Config)}},
               "layers": [ {{Sample.Descriptor("application/vnd.docker.image.rootfs.diff.tar.gzip", image.Layer)}} ]
            }
            """);
        using var put = await registry.PutManifestAsync("kritis-demo/app", "1.0", manifest, Sample.DockerManifest);
        put.StatusCode.Should().Be(HttpStatusCode.Created);
        put.Headers.GetValues("Docker-Content-Digest").Should().Equal(Sample.DigestOf(manifest));
        put.Headers.Location!.ToString().Should().Be($"/v2/kritis-demo/app/manifests/{Sample.DigestOf(manifest)}");

        using var pull = new HttpRequestMessage(HttpMethod.Get, "/v2/kritis-demo/app/manifests/1.0");
        pull.Headers.Accept.ParseAdd($"{Sample.OciIndex}, {Sample.OciManifest}, {Sample.DockerManifest}");
        using var pulled = await registry.Client.SendAsync(pull);
        pulled.Content.Headers.ContentType!.MediaType.Should().Be(Sample.DockerManifest);
        (await pulled.Content.ReadAsByteArrayAsync()).Should().Equal(manifest);
    }

    [Fact]
    public async Task Docker_push_of_a_layer_that_another_repository_has_mounts_it()
    {
        await using var registry = await RegistryServer.StartAsync();
        var layer = Sample.Image("docker").Layer;
        await registry.PushBlobAsync("kritis-demo/base", layer);
        using var mount = await registry.Client.PostAsync(
            $"/v2/kritis-demo/app/blobs/uploads/?from=kritis-demo%2Fbase&mount={Uri.EscapeDataString(Sample.DigestOf(layer))}", null);
        mount.StatusCode.Should().Be(HttpStatusCode.Created);
        mount.Headers.GetValues("Docker-Content-Digest").Should().Equal(Sample.DigestOf(layer));
    }

    private static async Task PushBlobAsync(RegistryServer registry, byte[] blob)
    {
        var digest = Sample.DigestOf(blob);
        using var head = await registry.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, $"/v2/kritis-demo/app/blobs/{digest}"));
        head.StatusCode.Should().Be(HttpStatusCode.NotFound);

        using var post = await registry.Client.PostAsync("/v2/kritis-demo/app/blobs/uploads/", null);
        post.StatusCode.Should().Be(HttpStatusCode.Accepted);
        post.Headers.GetValues("Range").Should().Equal("0-0");
        var id = post.Headers.GetValues("Docker-Upload-UUID").Single();
        post.Headers.Location!.ToString().Should().EndWith(id);

        using var patch = new HttpRequestMessage(HttpMethod.Patch, post.Headers.Location) { Content = new StreamContent(new MemoryStream(blob)) };
        patch.Headers.TransferEncodingChunked = true;
        using var patched = await registry.Client.SendAsync(patch);
        patched.StatusCode.Should().Be(HttpStatusCode.Accepted);
        patched.Headers.GetValues("Range").Should().Equal($"0-{blob.Length - 1}");
        patched.Headers.GetValues("Docker-Upload-UUID").Should().Equal(id);

        using var empty = new ByteArrayContent([]);
        empty.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var put = await registry.Client.PutAsync($"{patched.Headers.Location}?digest={Uri.EscapeDataString(digest)}", empty);
        put.StatusCode.Should().Be(HttpStatusCode.Created);
        put.Headers.GetValues("Docker-Content-Digest").Should().Equal(digest);

        using var again = await registry.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, $"/v2/kritis-demo/app/blobs/{digest}"));
        again.Content.Headers.ContentLength.Should().Be(blob.Length);
    }
}
