using System.Net;
using System.Text;
using System.Text.Json;

namespace Kritis.Events.Cli.Tests.EmbeddedRegistry;

public sealed class ManifestTests
{
    private const string Absent = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    [Fact]
    public async Task A_pushed_manifest_is_read_by_tag_and_by_digest_byte_for_byte()
    {
        await using var registry = await RegistryServer.StartAsync();
        var image = Sample.Image("app");
        var digest = await registry.PushImageAsync("team/deep/er/app", "1.0");
        foreach (var reference in (string[])["1.0", digest])
        {
            using var answer = await registry.Client.GetAsync($"/v2/team/deep/er/app/manifests/{reference}");
            answer.StatusCode.Should().Be(HttpStatusCode.OK);
            answer.Content.Headers.ContentType!.ToString().Should().Be(Sample.OciManifest);
            answer.Headers.GetValues("Docker-Content-Digest").Should().Equal(image.Digest);
            (await answer.Content.ReadAsByteArrayAsync()).Should().Equal(image.Manifest);

            using var head = await registry.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, $"/v2/team/deep/er/app/manifests/{reference}"));
            head.StatusCode.Should().Be(HttpStatusCode.OK);
            head.Content.Headers.ContentLength.Should().Be(image.Manifest.Length);
            head.Headers.GetValues("Docker-Content-Digest").Should().Equal(image.Digest);
        }
    }

    [Fact]
    public async Task A_tag_names_the_manifest_that_was_pushed_last_and_case_matters()
    {
        await using var registry = await RegistryServer.StartAsync();
        var first = await registry.PushImageAsync("team/app", "Latest", "first");
        await registry.PushImageAsync("team/app", "latest", "first");
        var second = await registry.PushImageAsync("team/app", "latest", "second");
        (await DigestOfTag(registry, "latest")).Should().Be(second);
        (await DigestOfTag(registry, "Latest")).Should().Be(first);
        (await registry.Client.GetAsync($"/v2/team/app/manifests/{first}")).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_manifest_under_another_digest_is_refused()
    {
        await using var registry = await RegistryServer.StartAsync();
        await registry.PushImageAsync("team/app", "1.0");
        using var answer = await registry.PutManifestAsync("team/app", Absent, Sample.Image("app").Manifest, Sample.OciManifest);
        (await CodesOf(answer, HttpStatusCode.BadRequest)).Should().Equal("DIGEST_INVALID");
    }

    [Fact]
    public async Task A_manifest_whose_blobs_are_not_here_is_refused_with_each_of_them()
    {
        await using var registry = await RegistryServer.StartAsync();
        var image = Sample.Image("app");
        using var none = await registry.PutManifestAsync("team/app", "1.0", image.Manifest, image.MediaType);
        (await CodesOf(none, HttpStatusCode.BadRequest)).Should().Equal("MANIFEST_BLOB_UNKNOWN", "MANIFEST_BLOB_UNKNOWN");

        await registry.PushBlobAsync("team/app", image.Config);
        await registry.PushBlobAsync("team/other", image.Layer);
        using var one = await registry.PutManifestAsync("team/app", "1.0", image.Manifest, image.MediaType);
        (await CodesOf(one, HttpStatusCode.BadRequest)).Should().Equal("MANIFEST_BLOB_UNKNOWN");
        (await one.Content.ReadAsStringAsync()).Should().Contain($$"""
            "detail":{"digest":"{{Sample.DigestOf(image.Layer)}}"}
            """.Trim());
        (await registry.Client.GetAsync("/v2/team/app/manifests/1.0")).StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task An_index_needs_its_children_in_the_same_repository()
    {
        await using var registry = await RegistryServer.StartAsync();
        var image = Sample.Image("app");
        var index = Sample.Index(Sample.Descriptor(Sample.OciManifest, image.Manifest));
        await registry.PushImageAsync("team/other", "1.0");
        using var refused = await registry.PutManifestAsync("team/app", "1.0", index, Sample.OciIndex);
        (await CodesOf(refused, HttpStatusCode.BadRequest)).Should().Equal("MANIFEST_BLOB_UNKNOWN");

        await registry.PushImageAsync("team/app", "");
        using var taken = await registry.PutManifestAsync("team/app", "1.0", index, Sample.OciIndex);
        taken.StatusCode.Should().Be(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_layer_that_lies_elsewhere_need_not_be_pushed()
    {
        await using var registry = await RegistryServer.StartAsync();
        var config = Sample.Utf8("{}");
        await registry.PushBlobAsync("team/app", config);
        const string Foreign = "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip";
        var withUrl = Sample.Manifest(
            Sample.Descriptor(Sample.OciConfig, config), Sample.Descriptor(Foreign, [1], ""","urls":["https://layers.example/1"]"""));
        var without = Sample.Manifest(Sample.Descriptor(Sample.OciConfig, config), Sample.Descriptor(Foreign, [1]));
        (await registry.PutManifestAsync("team/app", "1", withUrl, Sample.OciManifest)).StatusCode.Should().Be(HttpStatusCode.Created);
        (await registry.PutManifestAsync("team/app", "2", without, Sample.OciManifest)).StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Deleting_a_tag_keeps_the_manifest_and_deleting_the_manifest_takes_its_tags()
    {
        await using var registry = await RegistryServer.StartAsync();
        var digest = await registry.PushImageAsync("team/app", "1.0");
        await registry.PushImageAsync("team/app", "1.1");
        await registry.PushImageAsync("team/app", "2.0", "other");
        (await registry.Client.DeleteAsync("/v2/team/app/manifests/1.0")).StatusCode.Should().Be(HttpStatusCode.Accepted);
        (await registry.Client.GetAsync("/v2/team/app/manifests/1.0")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await DigestOfTag(registry, "1.1")).Should().Be(digest);

        (await registry.Client.DeleteAsync($"/v2/team/app/manifests/{digest}")).StatusCode.Should().Be(HttpStatusCode.Accepted);
        (await registry.Client.GetAsync($"/v2/team/app/manifests/{digest}")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await registry.Client.GetStringAsync("/v2/team/app/tags/list")).Should().Be("""{"name":"team/app","tags":["2.0"]}""");
        using var again = await registry.Client.DeleteAsync($"/v2/team/app/manifests/{digest}");
        (await CodesOf(again, HttpStatusCode.NotFound)).Should().Equal("MANIFEST_UNKNOWN");
    }

    [Fact]
    public async Task Manifests_with_a_subject_are_listed_as_its_referrers()
    {
        await using var registry = await RegistryServer.StartAsync();
        var subject = Sample.Image("app");
        await registry.PushImageAsync("team/app", "1.0");
        var empty = Sample.Utf8("{}");
        await registry.PushBlobAsync("team/app", empty);
        var sbom = Artifact("application/spdx+json", empty, subject);
        var scan = Artifact("application/sarif+json", empty, subject);
        foreach (var artifact in (byte[][])[sbom, scan])
        {
            using var pushed = await registry.PutManifestAsync("team/app", Sample.DigestOf(artifact), artifact, Sample.OciManifest);
            pushed.StatusCode.Should().Be(HttpStatusCode.Created);
            pushed.Headers.GetValues("OCI-Subject").Should().Equal(subject.Digest);
        }

        using var all = await registry.Client.GetAsync($"/v2/team/app/referrers/{subject.Digest}");
        all.Content.Headers.ContentType!.ToString().Should().Be(Sample.OciIndex);
        DigestsIn(await all.Content.ReadAsStringAsync()).Should().BeEquivalentTo(Sample.DigestOf(sbom), Sample.DigestOf(scan));

        using var filtered = await registry.Client.GetAsync($"/v2/team/app/referrers/{subject.Digest}?artifactType=application/spdx%2Bjson");
        filtered.Headers.GetValues("OCI-Filters-Applied").Should().Equal("artifactType");
        var text = await filtered.Content.ReadAsStringAsync();
        DigestsIn(text).Should().Equal(Sample.DigestOf(sbom));
        text.Should().Contain("\"artifactType\":\"application/spdx+json\"").And.Contain("\"annotations\":{\"a\":\"b\"}");

        (await registry.Client.DeleteAsync($"/v2/team/app/manifests/{Sample.DigestOf(sbom)}")).StatusCode.Should().Be(HttpStatusCode.Accepted);
        DigestsIn(await registry.Client.GetStringAsync($"/v2/team/app/referrers/{subject.Digest}")).Should().Equal(Sample.DigestOf(scan));
        DigestsIn(await registry.Client.GetStringAsync($"/v2/team/app/referrers/{Absent}")).Should().BeEmpty();
    }

    public static TheoryData<string, string> BadManifests => new()
    {
        { "nothing", "" },
        { "no JSON", "manifest" },
        { "truncated", """{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{""" },
        { "no object", "[]" },
        { "schema 1", """{"schemaVersion":1,"name":"team/app","tag":"1.0","fsLayers":[]}""" },
        { "no config", """{"schemaVersion":2,"layers":[]}""" },
        { "no descriptor", """{"schemaVersion":2,"config":"sha256:aa","layers":[]}""" },
        { "a short digest", """{"schemaVersion":2,"config":{"mediaType":"a/b","size":1,"digest":"sha256:aa"},"layers":[]}""" },
        { "another algorithm", $$"""{"schemaVersion":2,"config":{"mediaType":"a/b","size":1,"digest":"sha512:{{new string('a', 128)}}"},"layers":[]}""" },
        { "a path for a digest", """{"schemaVersion":2,"config":{"mediaType":"a/b","size":1,"digest":"sha256:../../../../../../../../../../../../../../../../../etc/passwd"},"layers":[]}""" },
        { "a negative size", $$"""{"schemaVersion":2,"config":{"mediaType":"a/b","size":-1,"digest":"{{Absent}}"},"layers":[]}""" },
        { "a broken size", $$"""{"schemaVersion":2,"config":{"mediaType":"a/b","size":1.5,"digest":"{{Absent}}"},"layers":[]}""" },
        { "layers that are no list", $$$"""{"schemaVersion":2,"config":{"mediaType":"a/b","size":1,"digest":"{{{Absent}}}"},"layers":{}}""" },
        { "too many layers", $$"""{"schemaVersion":2,"config":{"mediaType":"a/b","size":1,"digest":"{{Absent}}"},"layers":[{{string.Join(',', Enumerable.Repeat("{}", 1001))}}]}""" },
        { "an index in it", $$"""{"schemaVersion":2,"config":{"mediaType":"a/b","size":1,"digest":"{{Absent}}"},"layers":[],"manifests":[]}""" },
        { "a member twice", """{"schemaVersion":2,"schemaVersion":2,"config":null}""" },
        { "another media type", """{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}""" },
        { "half a surrogate pair", """{"schemaVersion":2,"mediaType":"\ud800"}""" },
        { "annotations that are no texts", $$$"""{"schemaVersion":2,"config":{"mediaType":"a/b","size":1,"digest":"{{{Absent}}}"},"annotations":{"a":1}}""" },
        { "a deep nest", new string('[', 5000) },
    };

    [Theory]
    [MemberData(nameof(BadManifests))]
    public async Task A_manifest_with_something_wrong_is_refused_with_the_reason(string what, string manifest)
    {
        await using var registry = await RegistryServer.StartAsync();
        using var answer = await registry.PutManifestAsync("team/app", "1.0", Sample.Utf8(manifest), Sample.OciManifest);
        (await CodesOf(answer, HttpStatusCode.BadRequest)).Should().Equal(["MANIFEST_INVALID"], what);
        registry.Log.Lines.Should().NotContain(line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_manifest_in_another_encoding_is_refused()
    {
        await using var registry = await RegistryServer.StartAsync();
        const string Text = """{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[],"annotations":{"é":"é"}}""";
        foreach (var encoding in (Encoding[])[Encoding.Unicode, Encoding.UTF32, Encoding.Latin1])
        {
            using var answer = await registry.PutManifestAsync("team/app", "1.0", encoding.GetBytes(Text), Sample.OciIndex);
            (await CodesOf(answer, HttpStatusCode.BadRequest)).Should().Equal("MANIFEST_INVALID");
        }
    }

    [Theory]
    [InlineData("application/vnd.docker.distribution.manifest.v1+prettyjws")]
    [InlineData("application/json")]
    [InlineData("text/html")]
    [InlineData("nonsense")]
    [InlineData(null)]
    public async Task A_manifest_of_an_unknown_kind_is_refused(string? mediaType)
    {
        await using var registry = await RegistryServer.StartAsync();
        using var answer = await registry.PutManifestAsync("team/app", "1.0", Sample.Utf8("""{"schemaVersion":2,"manifests":[]}"""), mediaType);
        (await CodesOf(answer, HttpStatusCode.BadRequest)).Should().Equal("MANIFEST_INVALID");
    }

    [Fact]
    public async Task A_manifest_over_the_limit_is_refused_however_it_comes()
    {
        await using var registry = await RegistryServer.StartAsync(o => o with { MaxManifestBytes = 1000 });
        var large = Sample.Utf8(new string(' ', 1001));
        using var whole = await registry.PutManifestAsync("team/app", "1.0", large, Sample.OciManifest);
        (await CodesOf(whole, HttpStatusCode.RequestEntityTooLarge)).Should().Equal("SIZE_INVALID");
        using var request = new HttpRequestMessage(HttpMethod.Put, "/v2/team/app/manifests/1.0") { Content = new ByteArrayContent(large) };
        request.Headers.TransferEncodingChunked = true;
        using var streamed = await registry.Client.SendAsync(request);
        (await CodesOf(streamed, HttpStatusCode.RequestEntityTooLarge)).Should().Equal("SIZE_INVALID");
    }

    [Fact]
    public async Task Different_images_pushed_to_one_tag_at_once_leave_one_whole_image()
    {
        await using var registry = await RegistryServer.StartAsync();
        var digests = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => registry.PushImageAsync("team/app", "latest", $"build {i}")));
        digests.Should().Contain(await DigestOfTag(registry, "latest"));
        foreach (var digest in digests)
        {
            Sample.DigestOf(await registry.Client.GetByteArrayAsync($"/v2/team/app/manifests/{digest}")).Should().Be(digest);
        }
    }

    private static byte[] Artifact(string type, byte[] empty, SampleImage subject) => Sample.Utf8($$$"""
        {
            "schemaVersion": 2,
            "mediaType": "{{{Sample.OciManifest}}}",
            "artifactType": "{{{type}}}",
            "config": {{{Sample.Descriptor("application/vnd.oci.empty.v1+json", empty)}}},
            "layers": null,
            "subject": {{{Sample.Descriptor(Sample.OciManifest, subject.Manifest)}}},
            "annotations": {"a": "b"}
        }
        """);

    private static async Task<string> DigestOfTag(RegistryServer registry, string tag)
    {
        using var answer = await registry.Client.GetAsync($"/v2/team/app/manifests/{tag}");
        return answer.Headers.GetValues("Docker-Content-Digest").Single();
    }

    private static List<string> DigestsIn(string index)
    {
        using var document = JsonDocument.Parse(index);
        return [.. document.RootElement.GetProperty("manifests").EnumerateArray().Select(m => m.GetProperty("digest").GetString()!)];
    }

    private static async Task<IReadOnlyList<string>> CodesOf(HttpResponseMessage answer, HttpStatusCode expected)
    {
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.Should().Be(expected, text);
        using var body = JsonDocument.Parse(text);
        return [.. body.RootElement.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("code").GetString()!)];
    }
}
