using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.Contracts.Wire;
using Kritis.Events.EndToEnd.System;
using Kritis.Events.Servers;

namespace Kritis.Events.EndToEnd;

/// <summary>An installation of its own, parts of which are taken away.</summary>
public class OutageTests : OwnInstallation
{
    [Fact]
    public async Task G6_while_the_broker_is_away_verifiers_answer_the_intake_says_503_and_afterwards_everything_goes_on()
    {
        var before = await PushAndAwait("before");
        await Installation.Broker.KillAsync();

        foreach (var verifier in Installation.Verifiers)
        {
            (await Review.AdmitsAsync(verifier, before, Cancellation)).Should().BeTrue("the index needs no broker");
            (await verifier.ReadinessAsync(Cancellation)).Should().Be("ready");
        }

        (await Notify(Installation.Signers[0])).Should().Be(HttpStatusCode.ServiceUnavailable);
        await Eventually.Async("a signer without a broker is not ready", async () => (await Installation.Signers[0].ReadinessAsync(Cancellation)).StartsWith("bus: "), Cancellation);
        using var layout = OciLayout.Image($"during {Guid.NewGuid()}");
        await Skopeo.PushAsync(layout, $"{Installation.Registry.Address}/kritis-demo/during:1", Cancellation);
        await using var late = Installation.StartVerifier("verifier-without-broker");
        await Eventually.Async("a verifier without a log is alive", async () =>
            await late.Http.GetStringAsync(new Uri("/healthz", UriKind.Relative), Cancellation) == "alive\n", Cancellation, () => late.Output);
        (await late.ReadinessAsync(Cancellation)).Should().Contain("attestation-log");
        (await Review.AdmitsAsync(late, before, Cancellation)).Should().BeFalse("it has not read the log");

        await Installation.Broker.RestartAsync(Cancellation);

        await AdmittedAsync(Installation.Name("kritis-demo/during", layout.Digest));
        await late.UntilReadyAsync(Cancellation);
        (await Review.AdmitsAsync(late, before, Cancellation)).Should().BeTrue();
        await PushAndAwait("after");
        await Installation.Signers[0].UntilReadyAsync(Cancellation);
    }

    [Fact]
    public async Task G2_pushes_that_a_killed_signer_had_in_hand_are_signed_by_another()
    {
        var layouts = Enumerable.Range(0, 20).Select(number => OciLayout.Image($"killed {number} {Guid.NewGuid()}")).ToArray();
        var pushing = Parallel.ForEachAsync(layouts, Cancellation, async (layout, cancelled) =>
            await Skopeo.PushAsync(layout, $"{Installation.Registry.Address}/kritis-demo/killed:{layout.Digest[7..20]}", cancelled));
        await Installation.Signers[0].KillAsync();
        await pushing;

        foreach (var layout in layouts)
        {
            await AdmittedAsync(Installation.Name("kritis-demo/killed", layout.Digest));
            layout.Dispose();
        }
    }

    [Fact]
    public async Task G2_a_registry_that_is_away_costs_retries_and_a_key_that_is_gone_ends_as_SigningFailed_at_once()
    {
        await using var bus = await BusProbe.ConnectAsync(Installation.Broker, Cancellation);
        await bus.ListenAsync(Cancellation, MessageNames.SigningSkipped, MessageNames.SigningFailed);
        var known = Image.Parse(await PushAndAwait("retry"));
        await Installation.Registry.StopAsync();
        await PublishAsync(bus, known);
        await Eventually.Async("a signer has met the registry that is away",
            async () => await Metrics.SumAsync(Installation.Signers, "kritis_signing_retries_total", Cancellation) > 0, Cancellation);
        await Installation.Registry.RestartAsync(Cancellation);
        (await bus.HearAsync("the push is done", heard => heard.Text("image") == known.ToString(), Cancellation)).Text("reason").Should().Be("AlreadyAttested");

        File.Move(Path.Combine(Installation.SignerDataPath, "keys", "release.pem"), Path.Combine(Installation.SignerDataPath, "release.pem.away"));
        using var layout = OciLayout.Image($"no key {Guid.NewGuid()}");
        await Skopeo.PushAsync(layout, $"{Installation.Registry.Address}/kritis-demo/no-key:1", Cancellation);

        var failed = await bus.HearAsync("SigningFailed", heard => heard.Exchange == MessageNames.SigningFailed, Cancellation);
        failed.Text("code").Should().Be("KeyNotFound");
        failed.Text("keyId").Should().Be("release");
        failed.Body!["attempts"]!.GetValue<int>().Should().Be(1);
    }

    [Fact]
    public async Task Services_that_are_asked_to_stop_do_so_by_themselves_and_find_everything_again()
    {
        var image = await PushAndAwait("stop");

        (await Installation.Verifiers[0].StopAsync()).Should().BeTrue("a verifier ends when asked to");
        (await Installation.Signers[0].StopAsync()).Should().BeTrue("a signer ends when asked to");

        await using var again = Installation.StartVerifier("verifier0");
        await again.UntilReadyAsync(Cancellation);
        (await Review.AdmitsAsync(again, image, Cancellation)).Should().BeTrue();
    }

    private static Task PublishAsync(BusProbe bus, Image image) => bus.PublishAsync(
        MessageNames.ImagePushed,
        JsonSerializer.SerializeToUtf8Bytes(new ImagePushed { EventId = "e", Image = image, Tag = "1", Source = "distribution", ReceivedAt = TimeProvider.System.GetUtcNow() }, WireJson.Default.ImagePushed),
        new Dictionary<string, string> { [CloudEvent.TypeHeader] = MessageNames.ImagePushed }, Cancellation);

    private async Task<string> PushAndAwait(string name)
    {
        var image = await PushAsync(name);
        await AdmittedAsync(image);
        return image;
    }

    private static async Task<HttpStatusCode> Notify(ServiceProcess signer)
    {
        var envelope = $$"""
            {"events":[{"id":"{{Guid.NewGuid()}}","timestamp":"2026-11-23T17:45:43Z","action":"push","target":{
            "mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:{{new string('a', 64)}}","repository":"kritis-demo/x",
            "url":"http://127.0.0.1:5000/v2/kritis-demo/x/manifests/1","tag":"1" },"request":{"host":"127.0.0.1:5000"} } ] }
            """;
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/events/distribution", UriKind.Relative))
        {
            Content = new StringContent(envelope, Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Installation.Token);
        using var answer = await signer.Http.SendAsync(request, Cancellation);
        return answer.StatusCode;
    }
}
