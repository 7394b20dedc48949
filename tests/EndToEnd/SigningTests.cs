using System.Text.Json;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.Contracts.Wire;
using Kritis.Events.EndToEnd.System;
using Kritis.Events.Servers;

namespace Kritis.Events.EndToEnd;

/// <summary>What the signers do with pushes, real and pretended.</summary>
public class SigningTests(Installation installation)
{
    private const string Signatures = "kritis_kms_signatures_total";
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task G1_a_push_event_for_a_digest_that_the_registry_does_not_hold_is_not_signed_but_kept_in_the_error_queue()
    {
        await using var bus = await BusProbe.ConnectAsync(installation.Broker, Cancellation);
        await bus.ListenAsync(Cancellation, MessageNames.SigningFailed);
        var image = new Image(installation.Registry.Address, "kritis-demo/never-pushed", Digest.Of(Guid.NewGuid().ToByteArray()));

        await Publish(bus, image);

        var failed = await bus.HearAsync("SigningFailed", heard => heard.Text("image") == image.ToString(), Cancellation);
        failed.Text("code").Should().Be("NotInRegistry");
        failed.Text("witness").Should().Be(Installation.WitnessName);
        await Eventually.Async("the push is kept in the error queue", async () => await bus.CountAsync(MessageNames.SigningErrors, Cancellation) > 0, Cancellation);
        (await Review.AdmitsAsync(installation.Verifiers[0], image.ToString(), Cancellation)).Should().BeFalse();
    }

    [Fact]
    public async Task G1_a_digest_that_the_registry_holds_under_another_repository_is_not_signed()
    {
        using var layout = OciLayout.Image($"elsewhere {Guid.NewGuid()}");
        await Skopeo.PushAsync(layout, $"{installation.Registry.Address}/playground/elsewhere:1", Cancellation);
        await using var bus = await BusProbe.ConnectAsync(installation.Broker, Cancellation);
        await bus.ListenAsync(Cancellation, MessageNames.SigningFailed);
        var image = new Image(installation.Registry.Address, "kritis-demo/elsewhere", Digest.Parse(layout.Digest));

        await Publish(bus, image);

        (await bus.HearAsync("SigningFailed", heard => heard.Text("image") == image.ToString(), Cancellation)).Text("code").Should().Be("NotInRegistry");
    }

    [Fact]
    public async Task G5_two_signers_that_get_the_same_push_leave_one_attestation_and_a_second_push_costs_no_signature()
    {
        await using var bus = await BusProbe.ConnectAsync(installation.Broker, Cancellation);
        await bus.ListenAsync(Cancellation, MessageNames.AttestationCreated, MessageNames.SigningSkipped, MessageNames.ImagePushed);
        using var layout = OciLayout.Image($"again {Guid.NewGuid()}");
        var image = installation.Name("kritis-demo/again", layout.Digest);

        await Skopeo.PushAsync(layout, $"{installation.Registry.Address}/kritis-demo/again:1", Cancellation);
        await Ended(bus, image, pushes: 2);
        var before = await Metrics.SumAsync(installation.Signers, Signatures, Cancellation);
        before.Should().BePositive();
        await Skopeo.PushAsync(layout, $"{installation.Registry.Address}/kritis-demo/again:2", Cancellation);
        await Ended(bus, image, pushes: 4);

        bus.Heard.Where(heard => heard.Exchange == MessageNames.AttestationCreated && heard.Text("image") == image)
            .Select(heard => heard.Text("id")).Distinct().Should().ContainSingle();
        bus.Heard.Count(heard => heard.Text("reason") == "AlreadyAttested" && heard.Text("image") == image).Should().BeGreaterThanOrEqualTo(2);
        (await Metrics.SumAsync(installation.Signers, Signatures, Cancellation)).Should().Be(before);
    }

    [Fact]
    public async Task G7_signatures_in_the_registry_are_never_signed_themselves()
    {
        await using var bus = await BusProbe.ConnectAsync(installation.Broker, Cancellation);
        await bus.ListenAsync(Cancellation, MessageNames.SigningSkipped);
        using var layout = OciLayout.Image($"loop {Guid.NewGuid()}");
        await Skopeo.PushAsync(layout, $"{installation.Registry.Address}/kritis-demo/loop:1", Cancellation);
        var attached = await AttachedSignatures.ReadAsync(installation, "kritis-demo/loop", layout.Digest, Cancellation);
        var signature = new Image(installation.Registry.Address, "kritis-demo/loop", Digest.Parse(attached.Digest));

        await Publish(bus, signature);

        (await bus.HearAsync("SigningSkipped", heard => heard.Text("image") == signature.ToString(), Cancellation)).Text("reason").Should().Be("NotAnImage");
        (await AttachedSignatures.TagsAsync(installation, "kritis-demo/loop", Cancellation)).Should()
            .BeEquivalentTo(["1", $"sha256-{layout.Digest["sha256:".Length..]}.sig"]);
    }

    [Fact]
    public async Task The_attached_signature_is_accepted_by_openssl_over_its_payload()
    {
        using var layout = OciLayout.Image($"openssl {Guid.NewGuid()}");
        await Skopeo.PushAsync(layout, $"{installation.Registry.Address}/kritis-demo/openssl:1", Cancellation);

        var attached = await AttachedSignatures.ReadAsync(installation, "kritis-demo/openssl", layout.Digest, Cancellation);

        var (payload, signature) = attached.Signatures.Should().ContainSingle().Subject;
        (await OpenSsl.VerifiesAsync(installation.PublicKeyPem, payload, signature, Cancellation)).Should().BeTrue();
        payload[^2] ^= 1;
        (await OpenSsl.VerifiesAsync(installation.PublicKeyPem, payload, signature, Cancellation)).Should().BeFalse();
    }

    [Fact]
    public async Task Lesson_cosign_2432_the_signatures_of_two_witnesses_are_both_attached()
    {
        using var layout = OciLayout.Image($"both {Guid.NewGuid()}");
        await Skopeo.PushAsync(layout, $"{installation.Registry.Address}/two-witnesses/both:1", Cancellation);

        await Eventually.Async("both signatures are attached", async () =>
            (await AttachedSignatures.ReadAsync(installation, "two-witnesses/both", layout.Digest, Cancellation)).Signatures.Count == 2, Cancellation);
    }

    [Fact]
    public async Task A_subscriber_in_another_language_verifies_what_it_hears()
    {
        using var folder = new ServerFolder("subscriber");
        await using var subscriber = ChildProcess.Start("subscriber", "node", [Path.Combine(Repository.Root, "tests/subscriber/verify-attestation.mjs")],
            new Dictionary<string, string>
            {
                ["AMQP_URL"] = installation.Broker.Uri.ToString(),
                ["PUBLIC_KEY_FILE"] = folder.Write("release.pem", installation.PublicKeyPem),
                ["COUNT"] = "3",
            });
        await Eventually.Async("the subscriber listens", () => subscriber.Output.Contains("ready"), Cancellation, () => subscriber.Output);
        for (var number = 0; number < 3; number++)
        {
            using var layout = OciLayout.Image($"subscriber {number} {Guid.NewGuid()}");
            await Skopeo.PushAsync(layout, $"{installation.Registry.Address}/kritis-demo/subscriber:{number}", Cancellation);
        }

        await subscriber.WaitForExitAsync(Cancellation);

        subscriber.ExitCode.Should().Be(0, subscriber.Output);
        subscriber.Output.Should().Contain("\"verified\":true").And.NotContain("\"verified\":false");
    }

    [Fact]
    public async Task A_manual_rule_waits_for_a_person_who_may_also_take_it_back_for_good()
    {
        await using var bus = await BusProbe.ConnectAsync(installation.Broker, Cancellation);
        await bus.ListenAsync(Cancellation, MessageNames.SigningSkipped, MessageNames.AttestationRevoked);
        using var layout = OciLayout.Image($"by hand {Guid.NewGuid()}");
        await Skopeo.PushAsync(layout, $"{installation.Registry.Address}/by-hand/app:1", Cancellation);
        var image = installation.Name("by-hand/app", layout.Digest);
        (await bus.HearAsync("SigningSkipped", heard => heard.Text("image") == image, Cancellation)).Text("reason").Should().Be("ManualRule");
        (await Review.AdmitsAsync(installation.Verifiers[0], image, Cancellation)).Should().BeFalse();

        await KritisCommand.RunAsync(installation, Cancellation, "sign", image, "--witness", Installation.WitnessName);
        await Eventually.Async("the signed image is admitted", () => Review.AdmitsAsync(installation.Verifiers[0], image, Cancellation), Cancellation);

        await KritisCommand.RunAsync(installation, Cancellation, "revoke", image, "--witness", Installation.WitnessName, "--reason", "bad base image");
        await Eventually.Async("the revoked image is refused", async () => !await Review.AdmitsAsync(installation.Verifiers[0], image, Cancellation), Cancellation);
        var answer = await Review.OfPodAsync(installation.Verifiers[0], "default", Cancellation, image);
        answer.Warnings.Should().ContainSingle().Which.Should().Contain("bad base image");
        var again = () => KritisCommand.RunAsync(installation, Cancellation, "sign", image, "--witness", Installation.WitnessName);
        (await again.Should().ThrowAsync<InvalidOperationException>()).Which.Message.Should().Contain("revoked");
    }

    private static Task Publish(BusProbe bus, Image image)
    {
        var pushed = new ImagePushed
        {
            EventId = Guid.NewGuid().ToString(),
            Image = image,
            Tag = "1",
            Source = "distribution",
            ReceivedAt = TimeProvider.System.GetUtcNow(),
        };
        return bus.PublishAsync(MessageNames.ImagePushed, JsonSerializer.SerializeToUtf8Bytes(pushed, WireJson.Default.ImagePushed),
            new Dictionary<string, string> { [CloudEvent.TypeHeader] = MessageNames.ImagePushed }, Cancellation);
    }

    /// <summary>The registry tells both signers of a push, so each push is two; each ends as an attestation or as AlreadyAttested.</summary>
    private static Task Ended(BusProbe bus, string image, int pushes) => Eventually.Async($"{pushes} pushes of {image} have ended",
        () => bus.Heard.Count(heard => heard.Text("image") == image && (heard.Exchange is MessageNames.AttestationCreated or MessageNames.SigningSkipped)) >= pushes,
        Cancellation, () => string.Join('\n', bus.Heard.Select(heard => heard.Body?.ToJsonString())));
}
