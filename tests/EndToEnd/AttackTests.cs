using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Kritis.Events.Attestations.Keys;
using Kritis.Events.Attestations.Payloads;
using Kritis.Events.Attestations.Verification;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.Contracts.Wire;
using Kritis.Events.EndToEnd.System;
using Kritis.Events.Servers;

namespace Kritis.Events.EndToEnd;

/// <summary>An attacker has the bus, or the way to the intake, and gains nothing.</summary>
public class AttackTests(Installation installation)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task G3_what_a_bus_writer_forges_admits_nothing_and_harms_nobody()
    {
        await using var bus = await BusProbe.ConnectAsync(installation.Broker, Cancellation);
        var image = new Image(installation.Registry.Address, "kritis-demo/forged", Digest.Of(Guid.NewGuid().ToByteArray()));
        var dropped = await Dropped();
        using var own = RSA.Create(2048);
        var pinned = PublicKey.FromPem(installation.PublicKeyPem, SignatureAlgorithm.RsaPkcs1Sha256).Fingerprint;
        var unpinned = Digest.Of(own.ExportSubjectPublicKeyInfo());
        byte[][] forgeries =
        [
            Forge(image, unpinned, own),
            Forge(image, pinned, own),
            Forge(image, pinned, null),
            "{}"u8.ToArray(),
            "null"u8.ToArray(),
            "[1,2,3"u8.ToArray(),
            [0xff, 0xfe, 0x00],
            [],
            Encoding.UTF8.GetBytes(new string('[', 100_000)),
            RandomNumberGenerator.GetBytes(300_000),
        ];

        foreach (var forgery in forgeries)
        {
            await bus.PublishAsync(MessageNames.AttestationCreated, forgery, Headers(MessageNames.AttestationCreated), Cancellation);
            await bus.PublishAsync(MessageNames.AttestationRevoked, forgery, Headers("something-else"), Cancellation);
        }

        await Eventually.Async("both verifiers have dropped every forgery",
            async () => await Dropped() >= dropped + (forgeries.Length * 2 * installation.Verifiers.Count), Cancellation, () => installation.Verifiers[0].Output);
        foreach (var verifier in installation.Verifiers)
        {
            (await Review.AdmitsAsync(verifier, image.ToString(), Cancellation)).Should().BeFalse();
            (await verifier.ReadinessAsync(Cancellation)).Should().Be("ready");
        }
    }

    [Fact]
    public async Task G1_a_bus_writer_that_names_another_tag_has_nothing_signed_that_the_registry_does_not_hold_under_it()
    {
        await using var bus = await BusProbe.ConnectAsync(installation.Broker, Cancellation);
        await bus.ListenAsync(Cancellation, MessageNames.SigningSkipped);
        using var layout = OciLayout.Image($"a trial {Guid.NewGuid()}");
        await Skopeo.PushAsync(layout, $"{installation.Registry.Address}/versions/app:trial", Cancellation);
        var image = installation.Name("versions/app", layout.Digest);
        var forged = new ImagePushed
        {
            EventId = $"forged-{Guid.NewGuid():n}", Image = Image.Parse(image), Tag = "v1", Source = "distribution", ReceivedAt = DateTimeOffset.UtcNow,
        };

        await bus.PublishAsync(
            MessageNames.ImagePushed, JsonSerializer.SerializeToUtf8Bytes(forged, WireJson.Default.ImagePushed), Headers(MessageNames.ImagePushed), Cancellation);

        var skipped = await bus.HearAsync("SigningSkipped", heard => heard.Text("eventId") == forged.EventId, Cancellation);
        (skipped.Text("reason"), skipped.Text("explanation")).Should().Be(("TagNotConfirmed",
            "rules that are for some tags only ('versions') do not sign it: the tag 'v1' does not stand for this digest, the registry has no such tag"));
        (await Review.AdmitsAsync(installation.Verifiers[0], image, Cancellation)).Should().BeFalse();
        await Skopeo.PushAsync(layout, $"{installation.Registry.Address}/versions/app:v1", Cancellation);
        await Eventually.Async("what really has the tag is signed", () => Review.AdmitsAsync(installation.Verifiers[0], image, Cancellation), Cancellation);
    }

    [Fact]
    public async Task A_message_in_the_work_queue_that_is_no_push_goes_to_the_error_queue_and_blocks_nothing()
    {
        await using var bus = await BusProbe.ConnectAsync(installation.Broker, Cancellation);
        var errors = await Errors(bus);

        await bus.PublishAsync(MessageNames.ImagePushed, "{"u8.ToArray(), Headers(MessageNames.ImagePushed), Cancellation);
        await bus.PublishAsync(MessageNames.ImagePushed, """{"image":"no image"}"""u8.ToArray(), Headers(MessageNames.ImagePushed), Cancellation);
        await bus.PublishAsync(MessageNames.ImagePushed, "{}"u8.ToArray(), Headers("another-type"), Cancellation);

        await Eventually.Async("the three messages are in the error queue", async () => await Errors(bus) >= errors + 3, Cancellation);
        using var layout = OciLayout.Image($"after poison {Guid.NewGuid()}");
        await Skopeo.PushAsync(layout, $"{installation.Registry.Address}/kritis-demo/poison:1", Cancellation);
        await Eventually.Async("a real push is signed", () => Review.AdmitsAsync(installation.Verifiers[0], installation.Name("kritis-demo/poison", layout.Digest), Cancellation), Cancellation);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Bearer wrong")]
    [InlineData("Basic Zm9vOmJhcg==")]
    public async Task An_intake_caller_without_the_token_is_refused(string authorization)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/events/distribution", UriKind.Relative)) { Content = new StringContent("""{"events":[]}""") };
        _ = request.Headers.TryAddWithoutValidation("Authorization", authorization);

        using var answer = await installation.Signers[0].Http.SendAsync(request, Cancellation);

        ((int)answer.StatusCode).Should().Be(401);
    }

    private Task<double> Dropped() => Metrics.SumAsync(installation.Verifiers, "kritis_log_records_total", Cancellation, "outcome=\"dropped-");

    private static async Task<uint> Errors(BusProbe bus)
    {
        try
        {
            return await bus.CountAsync(MessageNames.SigningQueue + "_error", Cancellation);
        }
        catch (RabbitMQ.Client.Exceptions.OperationInterruptedException)
        {
            return 0;
        }
    }

    private static Dictionary<string, string> Headers(string type) => new() { [CloudEvent.TypeHeader] = type };

    private static byte[] Forge(Image image, Digest fingerprint, RSA? key)
    {
        var payload = SimpleSigningPayload.Create(image, Installation.WitnessName);
        return JsonSerializer.SerializeToUtf8Bytes(new AttestationCreated
        {
            Id = AttestationId.Of(fingerprint, payload),
            Image = image,
            Witness = Installation.WitnessName,
            KeyFingerprint = fingerprint,
            KeyId = "release",
            Algorithm = "RSA_PKCS1_SHA_256",
            Payload = payload,
            Signature = key?.SignData(payload, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1) ?? [],
            CreatedAt = TimeProvider.System.GetUtcNow(),
        }, WireJson.Default.AttestationCreated);
    }
}
