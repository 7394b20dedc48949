using System.Text.Json;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.Contracts.Wire;
using Kritis.Events.EndToEnd.System;
using Kritis.Events.Servers;

namespace Kritis.Events.EndToEnd;

/// <summary>What is really sent, held against the published JSON Schemas by a program in another language.</summary>
public class WireTests(Installation installation)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task G8_the_audit_stream_holds_all_kinds_and_each_message_fulfils_its_schema()
    {
        await using var bus = await BusProbe.ConnectAsync(installation.Broker, Cancellation);
        await MakeSixKindsAsync(bus);
        await bus.ReplayAsync(MessageNames.AuditTrail, Cancellation);

        // Without a cluster no workload is looked at; Kubernetes/RunningWorkloadTests hears the seventh.
        foreach (var kind in MessageNames.ByType.Values.Where(kind => kind != MessageNames.WorkloadViolated))
        {
            await bus.HearAsync(kind, heard => Sent(heard) && heard.Exchange == kind, Cancellation);
        }

        await bus.HearAsync("an attestation with the claim of a tag", heard => Sent(heard) && heard.Body?["tagClaim"] is not null, Cancellation);
        (await Schemas.ValidateAsync(bus.Heard.Where(Sent), Cancellation)).Should().EndWith(", 0 wrong");
    }

    private static bool Sent(Heard heard) => heard.Headers.GetValueOrDefault(CloudEvent.Prefix + "source", "").StartsWith("/kritis/", StringComparison.Ordinal)
        && heard.Headers[CloudEvent.TypeHeader] == heard.Exchange;

    private async Task MakeSixKindsAsync(BusProbe bus)
    {
        using var layout = OciLayout.Image($"wire {Guid.NewGuid()}");
        await Skopeo.PushAsync(layout, $"{installation.Registry.Address}/kritis-demo/wire:1", Cancellation);
        await Skopeo.PushAsync(layout, $"{installation.Registry.Address}/playground/wire:1", Cancellation);
        await Skopeo.PushAsync(layout, $"{installation.Registry.Address}/frozen/wire:1", Cancellation);
        var image = installation.Name("kritis-demo/wire", layout.Digest);
        await Eventually.Async("the image is admitted", () => Review.AdmitsAsync(installation.Verifiers[0], image, Cancellation), Cancellation);
        await KritisCommand.RunAsync(installation, Cancellation, "revoke", image, "--witness", Installation.WitnessName, "--reason", "a \"quoted\" reason, with ü");
        var pushed = new ImagePushed
        {
            EventId = Guid.NewGuid().ToString(),
            Image = new Image(installation.Registry.Address, "kritis-demo/wire", Digest.Of(Guid.NewGuid().ToByteArray())),
            Tag = "1",
            Source = "distribution",
            ReceivedAt = TimeProvider.System.GetUtcNow(),
        };
        await bus.PublishAsync(MessageNames.ImagePushed, JsonSerializer.SerializeToUtf8Bytes(pushed, WireJson.Default.ImagePushed),
            new Dictionary<string, string> { [CloudEvent.TypeHeader] = MessageNames.ImagePushed }, Cancellation);
    }
}
