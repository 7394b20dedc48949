using System.Text;
using Kritis.Events.Attestations.Keys;
using Kritis.Events.Attestations.Payloads;
using Kritis.Events.Cli.Tests.Testing;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Servers;
using Microsoft.AspNetCore.Http;

namespace Kritis.Events.Cli.Tests.Verify;

/// <summary><c>kritis verify</c> as a person runs it, against a registry that answers as it is told to.</summary>
public sealed class VerifyTests : IAsyncLifetime
{
    private readonly ServerFolder _folder = new("verify");
    private readonly WitnessPair _release = new("release", SignatureAlgorithm.RsaPkcs1Sha256);
    private readonly WitnessPair _other = new("release");
    private AttachmentRegistry _registry = null!;

    public async ValueTask InitializeAsync()
    {
        _registry = await AttachmentRegistry.StartAsync();
        _folder.Write("pub.pem", _release.Public.Pem);
        _folder.Write("other.pem", _other.Public.Pem);
    }

    public async ValueTask DisposeAsync()
    {
        await _registry.DisposeAsync();
        _folder.Dispose();
        _release.Dispose();
        _other.Dispose();
    }

    [Fact]
    public async Task G3_only_a_signature_by_the_key_over_exactly_this_image_verifies_and_every_other_is_told_why_not()
    {
        var elsewhere = new Image(_registry.Host, "team/other", _registry.Image.Digest);
        var payload = SimpleSigningPayload.Create(_registry.Image, "release");
        _registry.Attach(_other)
            .Attach(_release, elsewhere)
            .Attach(_release, _registry.Image with { Digest = Digest.Of("another image"u8) })
            .Attach(_release, "{\"critical\":{}}"u8.ToArray())
            .Attach(_release, [.. payload, (byte)' '])
            .AttachLayer(payload, Convert.ToBase64String(_other.Sign(payload)), keyFingerprint: _other.Public.Fingerprint.ToString())
            .AttachLayer(payload, "not base64")
            .AttachLayer(payload, null)
            .AttachLayer(payload, Convert.ToBase64String(_release.Sign(payload)), "application/vnd.oci.image.layer.v1.tar")
            .AttachLayer(payload, Convert.ToBase64String(_release.Sign(payload)), digest: Digest.Of("other bytes"u8).ToString());

        var (exit, output) = await VerifyAsync("--witness-key", "pub.pem");

        exit.Should().Be(2, output);
        output.Should().ContainAll(
            $"{_registry.Image}: not verified", "layer 1    does not count: it speaks for witness 'release', but the signature is not that of the key",
            $"layer 2    does not count: it is about another image: {elsewhere}", "layer 3    does not count: it is about another image",
            "layer 4    does not count: the payload is not simple-signing JSON", "layer 5    does not count: the payload is not written in its one canonical form",
            $"{_other.Public.Fingerprint} is said to have made it", "layer 7    does not count: it carries no signature in Base64", "layer 8    does not count: it carries no signature",
            "layer 9    does not count: it is of type", "layer 10   does not count: registry");

        _registry.Attach(_release);
        (exit, output) = await VerifyAsync("--witness-key", "pub.pem");

        exit.Should().Be(0, output);
        output.Should().ContainAll($"{_registry.Image}: verified", $"{_release.Public.Fingerprint} (RSA_PKCS1_SHA_256)", "layer 11   signed as witness 'release'");
    }

    [Fact]
    public async Task The_witness_the_algorithm_and_the_name_that_is_signed_can_be_named()
    {
        _registry.Attach(_other, new Image("registry.example.com", "team/app", _registry.Image.Digest));

        (await VerifyAsync("--witness-key", "other.pem")).ExitCode.Should().Be(2);
        (await VerifyAsync("--witness-key", "other.pem", "--registry-name", "registry.example.com")).ExitCode.Should().Be(0);
        (await VerifyAsync("--witness-key", "other.pem", "--registry-name", "registry.example.com", "--witness", "release", "--algorithm", "ECDSA_SHA_256")).ExitCode.Should().Be(0);
        var (exit, output) = await VerifyAsync("--witness-key", "other.pem", "--registry-name", "registry.example.com", "--witness", "qa");
        exit.Should().Be(2, output);
        output.Should().Contain("it speaks for witness 'release', not for 'qa'");

        using var pss = new WitnessPair("pss", SignatureAlgorithm.RsaPssSha256);
        _folder.Write("pss.pem", pss.Public.Pem);
        _registry.Attach(pss);
        (await VerifyAsync("--witness-key", "pss.pem")).ExitCode.Should().Be(2);
        (await VerifyAsync("--witness-key", "pss.pem", "--algorithm", "RSA_PSS_SHA_256")).ExitCode.Should().Be(0);
    }

    [Fact]
    public async Task What_cannot_be_asked_for_is_told()
    {
        await Refused("names no digest", $"{_registry.Host}/team/app:1.0", "--witness-key", "pub.pem");
        await Refused("is not an image", "A B", "--witness-key", "pub.pem");
        await Refused("--registry-name", _registry.Image.ToString(), "--witness-key", "pub.pem", "--registry-name", "a b");
        await Refused("--algorithm", _registry.Image.ToString(), "--witness-key", "pub.pem", "--algorithm", "MD5");
        await Refused("does not fit", _registry.Image.ToString(), "--witness-key", "pub.pem", "--algorithm", "ECDSA_SHA_256");
        await Refused("cannot be read", _registry.Image.ToString(), "--witness-key", "nope.pem");
        _folder.Write("bad.pem", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n");
        await Refused("bad.pem", _registry.Image.ToString(), "--witness-key", "bad.pem");
        await Refused("belong together", _registry.Image.ToString(), "--witness-key", "pub.pem", "--username", "u");
        await Refused("cannot be reached", $"127.0.0.1:1/team/app@{_registry.Image.Digest}", "--witness-key", "pub.pem");
        _registry.Authorizations.Should().BeEmpty();
    }

    [Theory]
    [InlineData(404, 2, "nothing is attached")]
    [InlineData(401, 1, "check the credentials")]
    [InlineData(403, 1, "check the credentials")]
    [InlineData(500, 1, "it is in trouble")]
    [InlineData(307, 1, "a redirect is not followed here")]
    public async Task A_registry_that_gives_no_attachment_is_told_apart_from_one_that_holds_none(int status, int exitCode, string told)
    {
        _registry.Script = context =>
        {
            (context.Response.StatusCode, context.Response.Headers.Location) = (status, "http://127.0.0.1:1/");
            return Task.FromResult(true);
        };

        var (exit, output) = await VerifyAsync("--witness-key", "pub.pem");

        exit.Should().Be(exitCode, output);
        output.Should().Contain(told).And.NotContain("   at ");
    }

    [Theory]
    [InlineData("<html>", "is no signature manifest")]
    [InlineData("[]", "is no signature manifest")]
    [InlineData("""{"layers":[]}""", "holds no signature")]
    [InlineData("""{"layers":[1]}""", "is no signature manifest")]
    [InlineData("""{"manifests":[],"layers":[]}""", "is no signature manifest")]
    [InlineData("""{"layers":[{"mediaType":5,"annotations":[]}]}""", "does not count")]
    [InlineData("MANY", "more than 100 layers")]
    [InlineData("ENDLESS", "with more than")]
    public async Task A_hostile_attachment_verifies_nothing(string manifest, string told)
    {
        _registry.Script = async context =>
        {
            if (manifest == "ENDLESS")
            {
                var megabyte = new byte[1024 * 1024];
                while (!context.RequestAborted.IsCancellationRequested)
                {
                    await context.Response.Body.WriteAsync(megabyte, context.RequestAborted);
                }
            }

            var text = manifest == "MANY" ? $"{{\"layers\":[{string.Join(',', Enumerable.Repeat("{}", 101))}]}}" : manifest;
            await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text));
            return true;
        };

        var (exit, output) = await VerifyAsync("--witness-key", "pub.pem");

        exit.Should().Be(2, output);
        output.Should().Contain(told).And.NotContain("   at ");
    }

    [Fact]
    public async Task A_payload_that_cannot_be_had_leaves_it_open_unless_another_signature_counts()
    {
        _registry.Attach(_release);
        _registry.Script = Fails;
        (await VerifyAsync("--witness-key", "pub.pem")).Should().Match<(int ExitCode, string Output)>(ended => ended.ExitCode == 1 && ended.Output.Contains("not known"));

        _registry.AttachLayer("endless"u8.ToArray(), Convert.ToBase64String([1]));
        _registry.Script = context => context.Request.Path.Value!.EndsWith(Digest.Of("endless"u8).ToString(), StringComparison.Ordinal) ? Fails(context) : Task.FromResult(false);
        (await VerifyAsync("--witness-key", "pub.pem")).ExitCode.Should().Be(0);

        static Task<bool> Fails(HttpContext context)
        {
            var isBlob = context.Request.Path.Value!.Contains("/blobs/", StringComparison.Ordinal);
            context.Response.StatusCode = isBlob ? 503 : 200;
            return Task.FromResult(isBlob);
        }
    }

    [Fact]
    public async Task A_storage_that_the_registry_sends_clients_to_is_asked_without_the_password_and_only_where_it_is_safe()
    {
        await using var storage = await AttachmentRegistry.StartAsync();
        _registry.Attach(_release);
        var location = $"http://{storage.Host}/somewhere";
        _registry.Script = context =>
        {
            if (context.Request.Headers.Authorization.Count == 0)
            {
                (context.Response.StatusCode, context.Response.Headers.WWWAuthenticate) = (401, "Basic realm=\"r\"");
                return Task.FromResult(true);
            }

            if (!context.Request.Path.Value!.Contains("/blobs/", StringComparison.Ordinal))
            {
                return Task.FromResult(false);
            }

            (context.Response.StatusCode, context.Response.Headers.Location) = (307, location);
            return Task.FromResult(true);
        };
        storage.Script = async context =>
        {
            await context.Response.Body.WriteAsync(SimpleSigningPayload.Create(_registry.Image, "release"));
            return true;
        };
        _folder.Write("docker/config.json", $$"""{ "auths": { "http://{{_registry.Host}}/v1/": { "auth": "{{Convert.ToBase64String("me:secret"u8)}}" } } }""");

        var (exit, output) = await VerifyAsync("--witness-key", "pub.pem");

        exit.Should().Be(0, output);
        _registry.Authorizations.Should().Contain($"Basic {Convert.ToBase64String("me:secret"u8)}");
        storage.Authorizations.Should().Equal("");

        location = "http://metadata.example.com/latest";
        (await VerifyAsync("--witness-key", "pub.pem")).Should().Match<(int ExitCode, string Output)>(ended => ended.ExitCode == 1 && ended.Output.Contains("expected https"));
    }

    [Fact]
    public async Task A_password_is_given_on_standard_input_or_by_docker_login_and_never_to_another_realm()
    {
        _registry.Attach(_release);
        _registry.Script = context =>
        {
            var isRight = context.Request.Headers.Authorization.ToString() == $"Basic {Convert.ToBase64String("me:from input"u8)}";
            context.Response.Headers.WWWAuthenticate = isRight ? default : "Basic realm=\"r\"";
            context.Response.StatusCode = isRight ? 200 : 401;
            return Task.FromResult(!isRight);
        };
        var input = _folder.Write("password", "from input\n");

        var (exit, output) = await KritisProcess.RunWithInputAsync(
            _folder.Path, input, Environment, "verify", _registry.Image.ToString(), "--witness-key", "pub.pem", "--username", "me", "--password-stdin");
        exit.Should().Be(0, output);

        _folder.Write("docker/config.json", "{ \"credsStore\": \"desktop\" }");
        (exit, output) = await VerifyAsync("--witness-key", "pub.pem");
        exit.Should().Be(1, output);
        output.Should().Contain("credential helper, which is not run here");

        _folder.Write("docker/config.json", "{ \"auths\": ");
        (exit, output) = await VerifyAsync("--witness-key", "pub.pem");
        exit.Should().Be(1, output);
        output.Should().Contain("config.json cannot be read");

        _folder.Write("docker/config.json", "{}");
        _registry.Script = context =>
        {
            (context.Response.StatusCode, context.Response.Headers.WWWAuthenticate) = (401, "Bearer realm=\"https://attacker.example.com/token\",service=\"s\"");
            return Task.FromResult(true);
        };
        (exit, output) = await VerifyAsync("--witness-key", "pub.pem");
        exit.Should().Be(1, output);
        output.Should().ContainAll("attacker.example.com", "no credentials were sent there", "--token-realm");
    }

    private Dictionary<string, string> Environment => new() { ["DOCKER_CONFIG"] = _folder.File("docker") };

    private Task<(int ExitCode, string Output)> VerifyAsync(params string[] more) =>
        KritisProcess.RunAsync(_folder.Path, Environment, ["verify", _registry.Image.ToString(), .. more]);

    private async Task Refused(string because, params string[] arguments)
    {
        var (exit, output) = await KritisProcess.RunAsync(_folder.Path, Environment, ["verify", .. arguments]);
        exit.Should().Be(1, output);
        output.Should().Contain(because).And.NotContain("   at ");
    }
}
