using System.Text.Json;

namespace Kritis.Events.Cli.Tests.EmbeddedRegistry;

/// <summary>The real skopeo against the embedded registry.</summary>
public sealed class SkopeoTests
{
    [Fact]
    public async Task Skopeo_copies_an_image_in_inspects_it_and_copies_it_out_unchanged()
    {
        await using var registry = await RegistryServer.StartAsync();
        using var source = new Folder();
        using var target = new Folder();
        var digest = OciLayout.WriteImage(source.Path, "1.0", "app");

        await Skopeo.RunAsync("copy", "--dest-tls-verify=false", $"oci:{source.Path}:1.0", At(registry, "kritis-demo/app:1.0"));
        var inspected = await Skopeo.RunAsync("inspect", "--tls-verify=false", At(registry, "kritis-demo/app:1.0"));
        using var facts = JsonDocument.Parse(inspected);
        facts.RootElement.GetProperty("Digest").GetString().Should().Be(digest);
        facts.RootElement.GetProperty("RepoTags").EnumerateArray().Select(t => t.GetString()).Should().Equal("1.0");

        await Skopeo.RunAsync("copy", "--src-tls-verify=false", At(registry, $"kritis-demo/app@{digest}"), $"oci:{target.Path}:1.0");
        EntryOf(target.Path).Should().Be(digest);
        BlobsOf(target.Path).Should().BeEquivalentTo(BlobsOf(source.Path));
    }

    [Fact]
    public async Task Skopeo_copies_an_index_with_its_children_in_and_out()
    {
        await using var registry = await RegistryServer.StartAsync();
        using var source = new Folder();
        using var target = new Folder();
        var (index, children) = OciLayout.WriteIndex(source.Path, "1.0", "multi");

        await Skopeo.RunAsync("copy", "--all", "--dest-tls-verify=false", $"oci:{source.Path}:1.0", At(registry, "kritis-demo/multi:1.0"));
        foreach (var digest in children.Prepend(index))
        {
            Sample.DigestOf(await registry.Client.GetByteArrayAsync($"/v2/kritis-demo/multi/manifests/{digest}")).Should().Be(digest);
        }

        await Skopeo.RunAsync("copy", "--all", "--src-tls-verify=false", At(registry, "kritis-demo/multi:1.0"), $"oci:{target.Path}:1.0");
        EntryOf(target.Path).Should().Be(index);
        BlobsOf(target.Path).Should().BeEquivalentTo(BlobsOf(source.Path));
    }

    [Fact]
    public async Task Skopeo_pushes_dockers_own_format()
    {
        await using var registry = await RegistryServer.StartAsync();
        using var source = new Folder();
        OciLayout.WriteImage(source.Path, "1.0", "docker");
        await Skopeo.RunAsync("copy", "--format", "v2s2", "--dest-tls-verify=false", $"oci:{source.Path}:1.0", At(registry, "kritis-demo/app:2.0"));
        using var answer = await registry.Client.GetAsync("/v2/kritis-demo/app/manifests/2.0");
        answer.Content.Headers.ContentType!.MediaType.Should().Be(Sample.DockerManifest);
        (await Skopeo.RunAsync("inspect", "--raw", "--tls-verify=false", At(registry, "kritis-demo/app:2.0")))
            .Should().Be(await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Skopeo_copies_from_repository_to_repository_lists_tags_and_deletes()
    {
        await using var registry = await RegistryServer.StartAsync();
        var digest = await registry.PushImageAsync("team/one", "1.0");
        await Skopeo.RunAsync(
            "copy", "--src-tls-verify=false", "--dest-tls-verify=false", At(registry, "team/one:1.0"), At(registry, "team/two:2.0"));
        (await Skopeo.RunAsync("list-tags", "--tls-verify=false", At(registry, "team/two"))).Should().Contain("2.0");
        (await Skopeo.RunAsync("inspect", "--format", "{{.Digest}}", "--tls-verify=false", At(registry, "team/two:2.0"))).Trim().Should().Be(digest);
        await Skopeo.RunAsync("delete", "--tls-verify=false", At(registry, "team/two:2.0"));
        (await registry.Client.GetAsync("/v2/team/two/manifests/2.0")).IsSuccessStatusCode.Should().BeFalse();
        (await registry.Client.GetAsync("/v2/team/one/manifests/1.0")).IsSuccessStatusCode.Should().BeTrue();
    }

    [Fact]
    public async Task Several_skopeo_at_once_push_all_their_images_and_each_is_announced_once()
    {
        await using var signer = await NotificationRecorder.StartAsync();
        await using var registry = await RegistryServer.StartAsync(o => o with { NotificationUrl = signer.Url });
        var sources = Enumerable.Range(0, 8).Select(_ => new Folder()).ToList();
        try
        {
            var expected = sources.Select((source, i) => OciLayout.WriteImage(source.Path, "1.0", $"app {i / 2}")).ToList();
            await Task.WhenAll(sources.Select((source, i) => Skopeo.RunAsync(
                "copy", "--dest-tls-verify=false", $"oci:{source.Path}:1.0", At(registry, $"kritis-demo/app{i % 4}:build-{i}"))));

            var announced = new List<string>();
            foreach (var _ in sources)
            {
                announced.Add((await signer.NextAsync()).Digest);
            }

            announced.Should().BeEquivalentTo(expected);
            for (var i = 0; i < expected.Count; i++)
            {
                using var answer = await registry.Client.GetAsync($"/v2/kritis-demo/app{i % 4}/manifests/build-{i}");
                answer.Headers.GetValues("Docker-Content-Digest").Should().Equal(expected[i]);
            }
        }
        finally
        {
            sources.ForEach(source => source.Dispose());
        }
    }

    private static string At(RegistryServer registry, string name) => $"docker://{registry.Address.Authority}/{name}";

    private static string? EntryOf(string layout)
    {
        using var index = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(layout, "index.json")));
        return index.RootElement.GetProperty("manifests")[0].GetProperty("digest").GetString();
    }

    private static IEnumerable<string?> BlobsOf(string layout) =>
        Directory.EnumerateFiles(Path.Combine(layout, "blobs", "sha256")).Select(Path.GetFileName);
}
