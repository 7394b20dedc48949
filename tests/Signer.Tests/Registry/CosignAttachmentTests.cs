using System.Net;
using System.Text;
using System.Text.Json;
using Kritis.Events.Attestations.Payloads;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Servers;
using Kritis.Events.Signer.Registry;

namespace Kritis.Events.Signer.Tests.Registry;

/// <summary>Attaching signatures, against CNCF Distribution itself and against registries that misbehave.</summary>
public sealed class CosignAttachmentTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Lesson_cosign_2432_writers_that_know_nothing_of_each_other_lose_nothing_once_each_has_looked_again()
    {
        await using var registry = await DockerRegistry.StartAsync([], null, Cancellation);
        var configured = Configured(registry);
        var image = new Image(registry.Address, "team/app", Digest.Of("image"u8));
        var signatures = Enumerable.Range(0, 8).Select(number => Signature(image, $"witness-{number}")).ToArray();
        var adapters = signatures.Select(_ => new Adapter()).ToArray();

        // Each writer stands for a signer of its own, which attaches, and looks again when the others' attestations come by on the log.
        await Parallel.ForAsync(0, 8, Cancellation, async (number, cancelled) => await adapters[number].Attachment.AttachAsync(configured, image, AttachmentTag.Signatures, [signatures[number]], cancelled));
        await Parallel.ForAsync(0, 8, Cancellation, async (number, cancelled) => await adapters[number].Attachment.AttachAsync(configured, image, AttachmentTag.Signatures, signatures, cancelled));

        (await adapters[0].Attachment.HoldsAsync(configured, image, AttachmentTag.Signatures, signatures, Cancellation)).Should().BeTrue();
        Array.ForEach(adapters, adapter => adapter.Dispose());
    }

    [Fact]
    public async Task Writers_in_one_process_take_turns_and_lose_nothing()
    {
        await using var registry = await DockerRegistry.StartAsync([], null, Cancellation);
        using var adapter = new Adapter();
        var image = new Image(registry.Address, "team/app", Digest.Of("image"u8));
        var signatures = Enumerable.Range(0, 12).Select(number => Signature(image, $"witness-{number}")).ToArray();

        await Parallel.ForEachAsync(signatures, Cancellation, async (signature, cancelled) =>
            await adapter.Attachment.AttachAsync(Configured(registry), image, AttachmentTag.Signatures, [signature], cancelled));

        (await adapter.Attachment.HoldsAsync(Configured(registry), image, AttachmentTag.Signatures, signatures, Cancellation)).Should().BeTrue();
    }

    [Fact]
    public async Task Lesson_cosign_3356_attaching_again_succeeds_and_changes_nothing()
    {
        await using var registry = await DockerRegistry.StartAsync([], null, Cancellation);
        using var adapter = new Adapter();
        var image = new Image(registry.Address, "team/app", Digest.Of("image"u8));
        await adapter.Attachment.AttachAsync(Configured(registry), image, AttachmentTag.Signatures, [Signature(image, "release")], Cancellation);
        var before = await ManifestAsync(registry, image);

        await adapter.Attachment.AttachAsync(Configured(registry), image, AttachmentTag.Signatures, [Signature(image, "release") with { Signature = "another, as ECDSA makes"u8.ToArray() }], Cancellation);

        (await ManifestAsync(registry, image)).Should().Be(before);
    }

    [Fact]
    public async Task Two_key_versions_of_one_witness_are_both_attached_although_they_sign_the_same_payload()
    {
        await using var registry = await DockerRegistry.StartAsync([], null, Cancellation);
        using var adapter = new Adapter();
        var image = new Image(registry.Address, "team/app", Digest.Of("image"u8));
        AttachedSignature[] versions = [Signature(image, "release"), Signature(image, "release") with { KeyFingerprint = Digest.Of("second key"u8) }];

        await adapter.Attachment.AttachAsync(Configured(registry), image, AttachmentTag.Signatures, versions, Cancellation);

        using var manifest = JsonDocument.Parse(await ManifestAsync(registry, image));
        manifest.RootElement.GetProperty("layers").GetArrayLength().Should().Be(2);
    }

    [Fact]
    public async Task A_registry_that_asks_for_a_password_takes_signatures_with_it()
    {
        // bcrypt of `testpassword`.
        const string htpasswd = "testuser:$2b$05$cmhhTXG7lG3LCliNjPFwk.6ufSgGaGkgEdGyckHb.a8wzcqbFP6Ee\n";
        using var folder = new ServerFolder("password");
        await using var registry = await DockerRegistry.StartAsync([], htpasswd, Cancellation);
        using var adapter = new Adapter();
        var image = new Image(registry.Address, "team/app", Digest.Of("image"u8));
        var configured = Configured(registry) with { Credentials = new RegistryCredentials { Username = "testuser", PasswordFile = folder.Write("password", "testpassword\n") } };

        await adapter.Attachment.AttachAsync(configured, image, AttachmentTag.Signatures, [Signature(image, "release")], Cancellation);

        (await adapter.Attachment.HoldsAsync(configured, image, AttachmentTag.Signatures, [Signature(image, "release")], Cancellation)).Should().BeTrue();
        var without = () => adapter.Attachment.HoldsAsync(Configured(registry) with { Name = "other" }, image, AttachmentTag.Signatures, [], Cancellation);
        (await without.Should().ThrowAsync<RegistryException>()).Which.Code.Should().Be(RegistryException.Unauthorized);
    }

    [Fact]
    public async Task An_upload_that_is_sent_elsewhere_is_refused_and_nothing_is_sent_there()
    {
        await using var thief = await ScriptedRegistry.StartAsync(context => ScriptedRegistry.StatusAsync(context, HttpStatusCode.Created));
        await using var registry = await ScriptedRegistry.StartAsync(context =>
        {
            if (context.Request.Method != "POST")
            {
                return ScriptedRegistry.StatusAsync(context, HttpStatusCode.NotFound);
            }

            context.Response.Headers.Location = $"{thief.Url}upload";
            return ScriptedRegistry.StatusAsync(context, HttpStatusCode.Accepted);
        });
        using var adapter = new Adapter();
        var image = new Image(registry.Authority, "team/app", Digest.Of("image"u8));

        var attach = () => adapter.Attachment.AttachAsync(registry.Configured(), image, AttachmentTag.Signatures, [Signature(image, "release")], Cancellation);

        (await attach.Should().ThrowAsync<RegistryException>()).Which.Message.Should().Contain("nothing was sent there");
        thief.Requests.Should().BeEmpty();
    }

    [Fact]
    public async Task A_registry_that_stumbles_over_another_writer_is_asked_again()
    {
        var asked = 0;
        var written = "";
        await using var registry = await ScriptedRegistry.StartAsync(async context =>
        {
            var isManifest = context.Request.Path.Value!.Contains("/manifests/");
            if (isManifest && context.Request.Method == "GET" && asked++ % 2 == 0)
            {
                context.Response.StatusCode = 500;
            }
            else if (isManifest && context.Request.Method == "PUT")
            {
                using var reader = new StreamReader(context.Request.Body);
                written = await reader.ReadToEndAsync(Cancellation);
                context.Response.StatusCode = 201;
            }
            else if (isManifest)
            {
                context.Response.StatusCode = written.Length == 0 ? 404 : 200;
                await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(written), Cancellation);
            }
        });
        using var adapter = new Adapter();
        var image = new Image(registry.Authority, "team/app", Digest.Of("image"u8));

        await adapter.Attachment.AttachAsync(registry.Configured(), image, AttachmentTag.Signatures, [Signature(image, "release")], Cancellation);

        written.Should().Contain("dev.cosignproject.cosign/signature");
        asked.Should().BeGreaterThan(1);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("""{"layers":"none"}""")]
    [InlineData("""{"manifests":[],"layers":[]}""")]
    [InlineData("""{"layers":[1]}""")]
    public async Task A_tag_that_somebody_else_uses_is_left_as_it_is(string content)
    {
        await using var registry = await ScriptedRegistry.HoldingAsync(Encoding.UTF8.GetBytes(content));
        using var adapter = new Adapter();
        var image = new Image(registry.Authority, "team/app", Digest.Of("image"u8));

        var attach = () => adapter.Attachment.AttachAsync(registry.Configured(), image, AttachmentTag.Signatures, [Signature(image, "release")], Cancellation);

        (await attach.Should().ThrowAsync<RegistryException>()).Which.Message.Should().Contain("is left as it is");
        registry.Requests.Should().OnlyContain(asked => asked.Method == "GET");
    }

    [Fact]
    public async Task What_others_attached_is_kept()
    {
        const string foreign = """{"mediaType":"application/vnd.dev.cosign.simplesigning.v1+json","size":1,"digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","annotations":{"dev.cosignproject.cosign/signature":"Zm9v","dev.sigstore.cosign/bundle":"{}"}}""";
        var written = "";
        await using var registry = await ScriptedRegistry.StartAsync(async context =>
        {
            var isManifest = context.Request.Path.Value!.Contains("/manifests/");
            if (isManifest && context.Request.Method == "PUT")
            {
                using var reader = new StreamReader(context.Request.Body);
                written = await reader.ReadToEndAsync(Cancellation);
                context.Response.StatusCode = 201;
            }
            else if (isManifest)
            {
                await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(written.Length > 0 ? written : $$"""{"schemaVersion":2,"layers":[{{foreign}}]}"""));
            }
        });
        using var adapter = new Adapter();
        var image = new Image(registry.Authority, "team/app", Digest.Of("image"u8));

        await adapter.Attachment.AttachAsync(registry.Configured(), image, AttachmentTag.Signatures, [Signature(image, "release")], Cancellation);

        using var manifest = JsonDocument.Parse(written);
        manifest.RootElement.GetProperty("layers").EnumerateArray().Select(layer => layer.GetRawText()).Should().HaveCount(2)
            .And.Contain(layer => layer.Contains("dev.sigstore.cosign/bundle"));
    }

    private static async Task<string> ManifestAsync(DockerRegistry registry, Image image)
    {
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Accept.ParseAdd(ScriptedRegistry.ManifestType);
        return await http.GetStringAsync(new Uri($"http://{registry.Address}/v2/{image.Repository}/manifests/sha256-{image.Digest.Hex}.sig"), Cancellation);
    }

    private static ConfiguredRegistry Configured(DockerRegistry registry) => new() { Name = "main", Host = registry.Address, Url = new Uri($"http://{registry.Address}") };

    private static AttachedSignature Signature(Image image, string witness) => new()
    {
        Payload = SimpleSigningPayload.Create(image, witness),
        Signature = Encoding.UTF8.GetBytes($"signature of {witness}"),
        Witness = witness,
        KeyFingerprint = Digest.Of(Encoding.UTF8.GetBytes($"key of {witness}")),
        SignedAt = new DateTimeOffset(2026, 11, 28, 17, 0, 0, TimeSpan.Zero),
    };
}
