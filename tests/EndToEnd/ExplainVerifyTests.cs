using System.Text.Json.Nodes;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Contracts.Wire;
using Kritis.Events.EndToEnd.System;
using Kritis.Events.Servers;

namespace Kritis.Events.EndToEnd;

/// <summary><c>kritis explain</c> and <c>kritis verify</c> beside services, a broker and a registry that are real.</summary>
public sealed class ExplainVerifyTests(Installation installation) : IDisposable
{
    private readonly ServerFolder _folder = new("explain-verify");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task G8_what_was_pushed_is_explained_by_witness_key_and_push_and_what_was_not_is_refused()
    {
        await using var bus = await BusProbe.ConnectAsync(installation.Broker, Cancellation);
        await bus.ListenAsync(Cancellation, MessageNames.ImagePushed);
        using var layout = OciLayout.Image($"explained {Guid.NewGuid()}");
        var image = installation.Name("kritis-demo/explained", layout.Digest);
        var deployment = _folder.Write("deployment.yaml", Deployment(image));
        (await ExplainAsync(deployment)).ExitCode.Should().Be(2);

        await Skopeo.PushAsync(layout, $"{installation.Registry.Address}/kritis-demo/explained:1.0", Cancellation);
        await Eventually.Async("the pushed image is admitted", () => Review.AdmitsAsync(installation.Verifiers[0], image, Cancellation), Cancellation);
        var (exit, output) = await ExplainAsync(deployment, "--output", "json");

        exit.Should().Be(0, output);
        var explained = JsonNode.Parse(output)!["objects"]![0]!;
        explained["policies"]![0]!.GetValue<string>().Should().Be("default-namespace");
        var attestation = explained["images"]![0]!["attestations"]![0]!;
        attestation["witness"]!.GetValue<string>().Should().Be(Installation.WitnessName);
        attestation["key"]!.GetValue<string>().Should().Be("local:release");
        attestation["keyFingerprint"]!.GetValue<string>().Should().Be(installation.PublicKeyFingerprint);
        attestation["image"]!.GetValue<string>().Should().Be(image);
        attestation["tag"]!.GetValue<string>().Should().Be("1.0");
        bus.Heard.Where(heard => heard.Text("image") == image).Select(heard => heard.Text("eventId"))
            .Should().Contain(attestation["pushEvent"]!.GetValue<string>());

        _folder.Write("deployment.yaml", Deployment(image) + "---\n" + Deployment(installation.Name("kritis-demo/explained", Digest.Of("another"u8).ToString())));
        (exit, output) = await ExplainAsync(deployment);
        exit.Should().Be(2, output);
        output.Should().ContainAll("no attestation by 'release'", "Refused in cluster end-to-end: 1 of 2.");
        (await ExplainAsync(deployment, "--namespace", "playground")).ExitCode.Should().Be(0);
    }

    [Fact]
    public async Task G3_what_is_attached_is_verified_by_the_right_key_alone()
    {
        using var layout = OciLayout.Image($"verified {Guid.NewGuid()}");
        await Skopeo.PushAsync(layout, $"{installation.Registry.Address}/two-witnesses/verified:1", Cancellation);
        await Eventually.Async("both signatures are attached", async () =>
            (await AttachedSignatures.ReadAsync(installation, "two-witnesses/verified", layout.Digest, Cancellation)).Signatures.Count == 2, Cancellation);
        var image = installation.Name("two-witnesses/verified", layout.Digest);
        var key = _folder.Write("release.pem", installation.PublicKeyPem);

        var (exit, output) = await VerifyAsync(image, "--witness-key", key, "--witness", Installation.WitnessName);
        exit.Should().Be(0, output);
        output.Should().ContainAll($"{image}: verified", installation.PublicKeyFingerprint, "signed as witness 'release'", "does not count: it speaks for witness 'qa'");
        (await VerifyAsync($"localhost:{installation.Registry.Port}/two-witnesses/verified@{layout.Digest}", "--witness-key", key, "--registry-name", installation.Registry.Address))
            .ExitCode.Should().Be(0);

        _ = await ChildProcess.RunAsync("openssl", ["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", _folder.File("other.key")], Cancellation);
        _ = await ChildProcess.RunAsync("openssl", ["pkey", "-in", _folder.File("other.key"), "-pubout", "-out", _folder.File("other.pem")], Cancellation);
        (exit, output) = await VerifyAsync(image, "--witness-key", _folder.File("other.pem"));
        exit.Should().Be(2, output);
        output.Should().Contain("the signature is not that of the key");
        (await VerifyAsync(installation.Name("two-witnesses/verified", Digest.Of("another"u8).ToString()), "--witness-key", key)).ExitCode.Should().Be(2);
    }

    [Fact]
    public async Task G3_a_signature_that_is_moved_to_another_image_or_changed_verifies_nothing()
    {
        using var signed = OciLayout.Image($"source {Guid.NewGuid()}");
        using var forged = OciLayout.Image($"target {Guid.NewGuid()}");
        await Skopeo.PushAsync(signed, $"{installation.Registry.Address}/kritis-demo/source:1", Cancellation);
        await Skopeo.PushAsync(forged, $"{installation.Registry.Address}/playground/target:1", Cancellation);
        _ = await AttachedSignatures.ReadAsync(installation, "kritis-demo/source", signed.Digest, Cancellation);
        var key = _folder.Write("release.pem", installation.PublicKeyPem);
        var image = installation.Name("playground/target", forged.Digest);
        (await VerifyAsync(image, "--witness-key", key)).Should().Match<(int ExitCode, string Output)>(ended => ended.ExitCode == 2 && ended.Output.Contains("nothing is attached"));

        _ = await ChildProcess.RunAsync(
            "skopeo",
            [
                "--insecure-policy", "copy", "--src-tls-verify=false", "--dest-tls-verify=false",
                $"docker://{installation.Registry.Address}/kritis-demo/source:{Tag(signed.Digest)}", $"docker://{installation.Registry.Address}/playground/target:{Tag(forged.Digest)}",
            ],
            Cancellation);
        var (exit, output) = await VerifyAsync(image, "--witness-key", key);
        exit.Should().Be(2, output);
        output.Should().Contain($"it is about another image: {installation.Name("kritis-demo/source", signed.Digest)}");

        var source = installation.Name("kritis-demo/source", signed.Digest);
        (await VerifyAsync(source, "--witness-key", key)).ExitCode.Should().Be(0);
        await ChangeSignatureAsync("kritis-demo/source", Tag(signed.Digest));
        (exit, output) = await VerifyAsync(source, "--witness-key", key);
        exit.Should().Be(2, output);
        output.Should().Contain("the signature is not that of the key");
    }

    /// <summary>As somebody can who may write to the registry.</summary>
    private async Task ChangeSignatureAsync(string repository, string tag)
    {
        const string MediaType = "application/vnd.oci.image.manifest.v1+json";
        using var http = new HttpClient { BaseAddress = new Uri($"http://{installation.Registry.Address}") };
        http.DefaultRequestHeaders.Accept.ParseAdd(MediaType);
        var address = new Uri($"/v2/{repository}/manifests/{tag}", UriKind.Relative);
        var manifest = JsonNode.Parse(await http.GetStringAsync(address, Cancellation))!;
        var annotations = manifest["layers"]![0]!["annotations"]!;
        var signature = Convert.FromBase64String(annotations["dev.cosignproject.cosign/signature"]!.GetValue<string>());
        signature[^1] ^= 1;
        annotations["dev.cosignproject.cosign/signature"] = Convert.ToBase64String(signature);
        using var content = new StringContent(manifest.ToJsonString(), null, MediaType);
        using var answer = await http.PutAsync(address, content, Cancellation);
        answer.EnsureSuccessStatusCode();
    }

    private static string Tag(string digest) => digest.Replace(':', '-') + ".sig";

    private Task<(int ExitCode, string Output)> ExplainAsync(string file, params string[] more) =>
        KritisCommand.EndAsync(installation, Cancellation, ["explain", "-f", file, "--cluster", "end-to-end", .. more]);

    private Task<(int ExitCode, string Output)> VerifyAsync(string image, params string[] more) =>
        KritisCommand.EndAsync(installation, Cancellation, ["verify", image, .. more]);

    private static string Deployment(string image) => $$"""
        apiVersion: apps/v1
        kind: Deployment
        metadata: { name: web }
        spec:
          selector: { matchLabels: { app: web } }
          template:
            metadata: { labels: { app: web } }
            spec:
              containers:
              - name: web
                image: {{image}}

        """;
}
