using System.Net;
using System.Text;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Signer.Registry;
using Microsoft.AspNetCore.Http;

namespace Kritis.Events.Signer.Tests.Registry;

/// <summary>Asking a registry, and what a registry, or whoever stands before it, may try.</summary>
public sealed class DistributionRegistryTests : IDisposable
{
    private const string EnvironmentVariable = "KRITIS_TEST_REGISTRY_PASSWORD";
    private static readonly byte[] Image = Bytes("""
        {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",
        "config":{"mediaType":"application/vnd.oci.image.config.v1+json","size":2,"digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"},
        "layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","size":1,"digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"}]}
        """);

    private readonly Adapter _adapter = new();

    public DistributionRegistryTests() => Environment.SetEnvironmentVariable(EnvironmentVariable, "s3cret-pass");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static RegistryCredentials Credentials => new() { Username = "kritis", PasswordEnvironmentVariable = EnvironmentVariable };

    public void Dispose() => _adapter.Dispose();

    [Fact]
    public async Task G1_a_manifest_is_asked_for_by_digest_with_every_media_type_and_believed_by_its_bytes()
    {
        await using var registry = await ScriptedRegistry.HoldingAsync(Image);

        var manifest = await _adapter.Registry.GetManifestAsync(registry.Configured(), registry.Image(Image), Cancellation);

        manifest.Kind.Should().Be(ManifestKind.Image);
        var asked = registry.Requests.Should().ContainSingle().Subject;
        asked.Path.Should().Be($"/v2/team/app/manifests/{Digest.Of(Image)}");
        asked.Accept.Should().ContainAll("oci.image.manifest.v1", "oci.image.index.v1", "manifest.v2+json", "manifest.list.v2+json");
    }

    [Fact]
    public async Task G1_an_answer_with_another_digest_is_refused_whatever_its_header_says()
    {
        await using var registry = await ScriptedRegistry.StartAsync(context =>
        {
            context.Response.ContentType = ScriptedRegistry.ManifestType;
            context.Response.Headers["Docker-Content-Digest"] = Digest.Of("another"u8).ToString();
            return context.Response.Body.WriteAsync(Image).AsTask();
        });

        var failure = await Failure(registry, new Image(registry.Authority, "team/app", Digest.Of("another"u8)));

        (failure.Code, failure.Transient).Should().Be((RegistryException.AnotherDigest, false));
    }

    [Theory]
    [InlineData("<html>sign in first</html>", "text/html")]
    [InlineData("""{"error":"sign in first"}""", "application/json")]
    [InlineData("""{"schemaVersion":1,"name":"team/app","fsLayers":[]}""", "application/vnd.docker.distribution.manifest.v1+prettyjws")]
    public async Task A_tag_has_no_digest_where_something_else_than_a_manifest_is_answered(string answer, string mediaType)
    {
        await using var registry = await ScriptedRegistry.HoldingAsync(Bytes(answer), mediaType);

        var resolve = () => _adapter.Registry.ResolveTagAsync(registry.Configured(), "team/app", "1.0", Cancellation);

        (await resolve.Should().ThrowAsync<RegistryException>()).Which.Code.Should().Be(RegistryException.AnswerUnreadable);
    }

    [Fact]
    public async Task Lesson_bom_94_a_manifest_that_is_not_visible_yet_is_asked_for_again()
    {
        var asked = 0;
        await using var registry = await ScriptedRegistry.StartAsync(context => ++asked < 3
            ? ScriptedRegistry.StatusAsync(context, HttpStatusCode.NotFound)
            : Write(context, Image));

        (await _adapter.Registry.GetManifestAsync(registry.Configured(), registry.Image(Image), Cancellation)).Kind.Should().Be(ManifestKind.Image);
    }

    [Fact]
    public async Task G1_a_manifest_that_stays_away_is_not_in_the_registry_after_a_bounded_number_of_questions()
    {
        await using var registry = await ScriptedRegistry.StartAsync(context => ScriptedRegistry.StatusAsync(context, HttpStatusCode.NotFound));

        var failure = await Failure(registry, registry.Image(Image));

        (failure.Code, failure.Transient).Should().Be((RegistryException.NotInRegistry, false));
        failure.Message.Should().Contain("team/app@sha256:");
        registry.Requests.Should().HaveCount(Adapter.Quick.VisibilityAttempts);
    }

    [Theory]
    [InlineData(500, RegistryException.Unavailable, true)]
    [InlineData(503, RegistryException.Unavailable, true)]
    [InlineData(429, RegistryException.Throttled, true)]
    [InlineData(401, RegistryException.Unauthorized, false)]
    [InlineData(403, RegistryException.Unauthorized, false)]
    [InlineData(418, RegistryException.Refused, false)]
    public async Task An_answer_is_either_worth_another_try_or_not(int status, string code, bool transient)
    {
        await using var registry = await ScriptedRegistry.StartAsync(context => ScriptedRegistry.StatusAsync(context, (HttpStatusCode)status));

        var failure = await Failure(registry, registry.Image(Image));

        (failure.Code, failure.Transient).Should().Be((code, transient));
    }

    [Fact]
    public async Task A_registry_that_asks_to_wait_a_moment_is_asked_again_after_it()
    {
        var asked = 0;
        await using var registry = await ScriptedRegistry.StartAsync(context =>
        {
            if (++asked > 1)
            {
                return Write(context, Image);
            }

            context.Response.Headers.RetryAfter = "0";
            return ScriptedRegistry.StatusAsync(context, HttpStatusCode.TooManyRequests);
        });

        (await _adapter.Registry.GetManifestAsync(registry.Configured(), registry.Image(Image), Cancellation)).Kind.Should().Be(ManifestKind.Image);
    }

    [Fact]
    public async Task A_registry_that_is_away_is_worth_another_try()
    {
        var gone = await ScriptedRegistry.HoldingAsync(Image);
        var (configured, image) = (gone.Configured(), gone.Image(Image));
        await gone.DisposeAsync();

        var ask = () => _adapter.Registry.GetManifestAsync(configured, image, Cancellation);

        (await ask.Should().ThrowAsync<RegistryException>()).Which.Transient.Should().BeTrue();
    }

    [Fact]
    public async Task Lesson_CVE_2023_46737_an_endless_answer_is_cut_off()
    {
        await using var registry = await ScriptedRegistry.StartAsync(async context =>
        {
            context.Response.ContentType = ScriptedRegistry.ManifestType;
            var chunk = new byte[64 * 1024];
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(chunk, context.RequestAborted);
            }
        });

        (await Failure(registry, registry.Image(Image))).Code.Should().Be(RegistryException.AnswerTooLarge);
    }

    [Fact]
    public async Task An_answer_that_never_ends_its_body_is_given_up_in_time()
    {
        using var adapter = new Adapter(Adapter.Quick with { RequestTimeout = TimeSpan.FromMilliseconds(300) });
        await using var registry = await ScriptedRegistry.StartAsync(async context =>
        {
            await context.Response.StartAsync(context.RequestAborted);
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        });

        var ask = () => adapter.Registry.GetManifestAsync(registry.Configured(), registry.Image(Image), Cancellation);

        (await ask.Should().ThrowAsync<RegistryException>()).Which.Code.Should().Be(RegistryException.Unavailable);
    }

    [Fact]
    public async Task Credentials_do_not_follow_a_redirect()
    {
        await using var thief = await ScriptedRegistry.HoldingAsync(Image);
        await using var registry = await ScriptedRegistry.StartAsync(context =>
        {
            if (context.Request.Headers.Authorization.Count == 0)
            {
                context.Response.Headers.WWWAuthenticate = "Basic realm=\"registry\"";
                return ScriptedRegistry.StatusAsync(context, HttpStatusCode.Unauthorized);
            }

            context.Response.Headers.Location = $"{thief.Url}v2/team/app/manifests/x";
            return ScriptedRegistry.StatusAsync(context, HttpStatusCode.TemporaryRedirect);
        });

        var ask = () => _adapter.Registry.GetManifestAsync(registry.Configured(Credentials), registry.Image(Image), Cancellation);

        (await ask.Should().ThrowAsync<RegistryException>()).Which.Code.Should().Be(RegistryException.Refused);
        thief.Requests.Should().BeEmpty();
    }

    [Fact]
    public async Task Basic_authentication_is_used_where_the_registry_asks_for_it()
    {
        await using var registry = await ScriptedRegistry.StartAsync(context =>
        {
            if (context.Request.Headers.Authorization == "Basic " + Convert.ToBase64String("kritis:s3cret-pass"u8))
            {
                return Write(context, Image);
            }

            context.Response.Headers.WWWAuthenticate = "Basic realm=\"registry\"";
            return ScriptedRegistry.StatusAsync(context, HttpStatusCode.Unauthorized);
        });

        (await _adapter.Registry.GetManifestAsync(registry.Configured(Credentials), registry.Image(Image), Cancellation)).Kind.Should().Be(ManifestKind.Image);
        registry.Requests.First().Authorization.Should().BeEmpty("nothing is told before it is asked for");
    }

    [Fact]
    public async Task A_bearer_token_is_fetched_from_the_registry_and_used_again()
    {
        await using var registry = await ScriptedRegistry.StartAsync(context => BearerAsync(context, $"http://{context.Request.Host}/token"));

        for (var round = 0; round < 2; round++)
        {
            _ = await _adapter.Registry.GetManifestAsync(registry.Configured(Credentials), registry.Image(Image), Cancellation);
        }

        var token = registry.Requests.Where(asked => asked.Path == "/token").Should().ContainSingle().Subject;
        token.Authorization.Should().StartWith("Basic ");
        token.Query.Should().Contain("scope=repository%3Ateam%2Fapp%3Apull").And.Contain("service=registry");
    }

    [Fact]
    public async Task Lesson_CVE_2025_27403_credentials_go_only_to_a_validated_realm()
    {
        await using var thief = await ScriptedRegistry.StartAsync(context => BearerAsync(context, "unused"));
        await using var registry = await ScriptedRegistry.StartAsync(context => BearerAsync(context, $"{thief.Url}token"));

        var ask = () => _adapter.Registry.GetManifestAsync(registry.Configured(Credentials), registry.Image(Image), Cancellation);

        var failure = (await ask.Should().ThrowAsync<RegistryException>()).Which;
        (failure.Code, failure.Transient).Should().Be((RegistryException.RealmNotAllowed, false));
        failure.Message.Should().Contain("tokenRealms").And.NotContain("s3cret");
        thief.Requests.Should().BeEmpty();
    }

    [Fact]
    public async Task A_realm_that_the_resource_lists_is_asked()
    {
        await using var authority = await ScriptedRegistry.StartAsync(context => BearerAsync(context, "unused"));
        await using var registry = await ScriptedRegistry.StartAsync(context => BearerAsync(context, $"{authority.Url}token"));

        _ = await _adapter.Registry.GetManifestAsync(registry.Configured(Credentials, authority.Authority), registry.Image(Image), Cancellation);

        authority.Requests.Should().ContainSingle();
    }

    [Theory]
    [InlineData("http://registry.example.com/token")]
    [InlineData("https://user:pass@127.0.0.1/token")]
    [InlineData("file:///etc/passwd")]
    [InlineData("//127.0.0.1/token")]
    [InlineData("")]
    public async Task A_realm_that_is_no_place_for_credentials_gets_none(string realm)
    {
        await using var registry = await ScriptedRegistry.StartAsync(context => BearerAsync(context, realm));

        var ask = () => _adapter.Registry.GetManifestAsync(registry.Configured(Credentials, "registry.example.com", "127.0.0.1"), registry.Image(Image), Cancellation);

        (await ask.Should().ThrowAsync<RegistryException>()).Which.Code.Should().Be(RegistryException.RealmNotAllowed);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"token\":1}")]
    [InlineData("{\"token\":\"a\",\"token\":\"b\"}")]
    [InlineData("{\"token\":\"line\\nbreak\"}")]
    public async Task A_token_that_cannot_be_read_is_a_clear_failure(string body)
    {
        await using var registry = await ScriptedRegistry.StartAsync(context =>
        {
            if (context.Request.Path == "/token")
            {
                return context.Response.WriteAsync(body);
            }

            context.Response.Headers.WWWAuthenticate = $"Bearer realm=\"http://{context.Request.Host}/token\",service=\"registry\"";
            return ScriptedRegistry.StatusAsync(context, HttpStatusCode.Unauthorized);
        });

        var ask = () => _adapter.Registry.GetManifestAsync(registry.Configured(Credentials), registry.Image(Image), Cancellation);

        (await ask.Should().ThrowAsync<RegistryException>()).Which.Code.Should().Be(RegistryException.AnswerUnreadable);
    }

    public static TheoryData<string, string> NoImages => new()
    {
        { "cosign signature", Manifest(layers: """{"mediaType":"application/vnd.dev.cosign.simplesigning.v1+json","size":1,"digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"}""") },
        { "in-toto attestation", Manifest(layers: """{"mediaType":"application/vnd.in-toto+json","size":1,"digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"}""") },
        { "SPDX SBOM", Manifest(layers: """{"mediaType":"text/spdx+json","size":1,"digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"}""") },
        { "artifact with a subject", Manifest(more: ""","subject":{"mediaType":"x","size":1,"digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"}""") },
        { "artifact type", Manifest(more: ""","artifactType":"application/vnd.example" """) },
        { "other configuration", Manifest(config: "application/vnd.cncf.helm.config.v1+json") },
    };

    [Theory]
    [MemberData(nameof(NoImages))]
    public async Task G7_what_only_looks_like_an_image_is_an_artifact(string what, string manifest)
    {
        await using var registry = await ScriptedRegistry.HoldingAsync(Bytes(manifest));

        (await _adapter.Registry.GetManifestAsync(registry.Configured(), registry.Image(Bytes(manifest)), Cancellation)).Kind
            .Should().Be(ManifestKind.Artifact, what);
    }

    [Fact]
    public async Task An_index_names_its_children()
    {
        var child = Digest.Of("child"u8);
        var index = Bytes($$"""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{"mediaType":"{{ScriptedRegistry.ManifestType}}","size":1,"digest":"{{child}}"}]}""");
        await using var registry = await ScriptedRegistry.HoldingAsync(index, "application/vnd.oci.image.index.v1+json");

        var manifest = await _adapter.Registry.GetManifestAsync(registry.Configured(), registry.Image(index), Cancellation);

        manifest.Kind.Should().Be(ManifestKind.Index);
        manifest.Children.Should().ContainSingle().Which.Digest.Should().Be(child);
    }

    public static TheoryData<string> Unreadable => new()
    {
        "{",
        "[]",
        "\"text\"",
        """{"mediaType":"application/vnd.oci.image.manifest.v1+json","mediaType":"application/vnd.oci.image.manifest.v1+json"}""",
        """{"mediaType":"application/vnd.oci.image.index.v1+json","manifests":"none"}""",
        """{"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{"digest":"sha512:00"}]}""",
        """{"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[],"layers":[]}""",
        """{"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[""" + string.Join(',', Enumerable.Repeat("{}", 10_000)) + "]}",
        new string('[', 100_000),
    };

    [Theory]
    [MemberData(nameof(Unreadable))]
    public async Task A_manifest_that_cannot_be_read_is_a_clear_failure_and_no_crash(string manifest)
    {
        await using var registry = await ScriptedRegistry.HoldingAsync(Bytes(manifest), "application/vnd.oci.image.index.v1+json");

        var failure = await Failure(registry, registry.Image(Bytes(manifest)));

        (failure.Code, failure.Transient).Should().Be((RegistryException.AnswerUnreadable, false));
    }

    private async Task<RegistryException> Failure(ScriptedRegistry registry, Image image)
    {
        var ask = () => _adapter.Registry.GetManifestAsync(registry.Configured(), image, Cancellation);
        return (await ask.Should().ThrowAsync<RegistryException>()).Which;
    }

    private static Task BearerAsync(HttpContext context, string realm)
    {
        if (context.Request.Path == "/token")
        {
            return context.Response.WriteAsync("""{"token":"t0ken","expires_in":300}""");
        }

        if (context.Request.Headers.Authorization == "Bearer t0ken")
        {
            return Write(context, Image);
        }

        context.Response.Headers.WWWAuthenticate = $"Bearer realm=\"{realm}\",service=\"registry\",scope=\"repository:team/app:pull\"";
        return ScriptedRegistry.StatusAsync(context, HttpStatusCode.Unauthorized);
    }

    private static Task Write(HttpContext context, byte[] manifest)
    {
        context.Response.ContentType = ScriptedRegistry.ManifestType;
        return context.Response.Body.WriteAsync(manifest).AsTask();
    }

    private static string Manifest(string config = "application/vnd.oci.image.config.v1+json", string layers = "", string more = "") =>
        $$"""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"{{config}}","size":2,"digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"},"layers":[{{layers}}]{{more}}}""";

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
