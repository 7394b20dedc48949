using System.Diagnostics.Metrics;
using System.Text;
using System.Text.Json.Nodes;
using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Log;
using Kritis.Events.Attestations.Payloads;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.Contracts.Wire;
using Kritis.Events.EndToEnd.System;
using Kritis.Events.Servers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kritis.Events.EndToEnd;

/// <summary>Tags of repositories that are declared immutable, from a real push to what a verifier makes of the log.</summary>
public class TagTests(Installation installation)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_tag_pushed_where_tags_are_immutable_is_signed_and_openssl_accepts_the_signature()
    {
        await using var bus = await ListenAsync();
        using var layout = OciLayout.Image($"tag {Guid.NewGuid()}");
        await PushAsync(layout, "frozen/signed:1.0");

        var claimed = await ClaimAsync(bus, "frozen/signed", layout, "1.0");

        var (payload, signature) = PartsOf(claimed);
        (await OpenSsl.VerifiesAsync(installation.PublicKeyPem, payload, signature, Cancellation)).Should().BeTrue();
        (await OpenSsl.VerifiesAsync(installation.PublicKeyPem, Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(payload).Replace("\"1.0\"", "\"2.0\"", StringComparison.Ordinal)), signature, Cancellation))
            .Should().BeFalse();
        payload.Should().Equal(TagPayload.Create(ImageOf("frozen/signed", layout), "1.0", Installation.WitnessName));
        Resolve(bus, "frozen/signed", "1.0").Digest.Should().Be(Digest.Parse(layout.Digest));
        Resolve(bus, "frozen/signed", "2.0").Problem.Should().Be("no witness has signed for this tag");
    }

    [Fact]
    public async Task G5_a_further_tag_of_a_digest_comes_with_the_attestation_that_is_there()
    {
        await using var bus = await ListenAsync();
        using var layout = OciLayout.Index($"two tags {Guid.NewGuid()}", "amd64", "arm64");
        await PushAsync(layout, "frozen/two:1.0");
        var first = await ClaimAsync(bus, "frozen/two", layout, "1.0");
        await PushAsync(layout, "frozen/two:latest");

        var second = await ClaimAsync(bus, "frozen/two", layout, "latest");

        (second.Text("id"), second.Text("payload"), second.Text("signature")).Should().Be((first.Text("id"), first.Text("payload"), first.Text("signature")));
        second.Headers[CloudEvent.IdHeader].Should().NotBe(first.Headers[CloudEvent.IdHeader], "a subscriber may drop what it had before");
        Claimed(bus, "frozen/two").Should().OnlyContain(heard => heard.Text("image") == Name("frozen/two", layout), "the images below an index have no tag");
        Resolve(bus, "frozen/two", "1.0").Digest.Should().Be(Resolve(bus, "frozen/two", "latest").Digest).And.Be(Digest.Parse(layout.Digest));
    }

    [Fact]
    public async Task A_tag_that_the_registry_let_somebody_move_stands_for_neither_digest()
    {
        await using var bus = await ListenAsync();
        using var before = OciLayout.Image($"before {Guid.NewGuid()}");
        using var after = OciLayout.Image($"after {Guid.NewGuid()}");
        await PushAsync(before, "frozen/moved:1.0");
        _ = await ClaimAsync(bus, "frozen/moved", before, "1.0");
        await PushAsync(after, "frozen/moved:1.0");
        _ = await ClaimAsync(bus, "frozen/moved", after, "1.0");

        var resolution = Resolve(bus, "frozen/moved", "1.0");

        resolution.Digest.Should().BeNull();
        resolution.Problem.Should().StartWith("the tag was moved").And.Contain("2 digests");
        (await Review.AdmitsAsync(installation.Verifiers[0], Name("frozen/moved", after), Cancellation)).Should().BeTrue("its digest is attested all the same");
    }

    [Fact]
    public async Task G3_a_bus_writer_who_republishes_an_attestation_with_another_tag_claims_nothing_and_harms_nothing()
    {
        await using var bus = await ListenAsync();
        using var layout = OciLayout.Image($"forged tag {Guid.NewGuid()}");
        await PushAsync(layout, "frozen/forged:1.0");
        var honest = await ClaimAsync(bus, "frozen/forged", layout, "1.0");
        var dropped = await DroppedAsync();

        await PublishAsync(bus, honest, body => body["tag"] = "evil");
        await PublishAsync(bus, honest, body => body["tagClaim"]!["payload"] =
            Convert.ToBase64String(TagPayload.Create(ImageOf("frozen/forged", layout), "evil", Installation.WitnessName)));
        await PublishAsync(bus, honest, body => body["tagClaim"]!["payload"] = body["payload"]!.DeepClone());

        await Eventually.Async("every verifier has dropped both forged claims",
            async () => await DroppedAsync() >= dropped + (2 * installation.Verifiers.Count), Cancellation, () => installation.Verifiers[0].Output);
        await Eventually.Async("the forgeries are heard", () => Claimed(bus, "frozen/forged").Count(heard => !Sent(heard)) == 3, Cancellation);
        Resolve(bus, "frozen/forged", "evil").Digest.Should().BeNull();
        Resolve(bus, "frozen/forged", "1.0").Digest.Should().Be(Digest.Parse(layout.Digest));
        (await Review.AdmitsAsync(installation.Verifiers[0], Name("frozen/forged", layout), Cancellation)).Should().BeTrue();
    }

    [Fact]
    public async Task A_person_claims_a_tag_by_hand_where_it_is_what_the_registry_says()
    {
        await using var bus = await ListenAsync();
        using var layout = OciLayout.Image($"tag by hand {Guid.NewGuid()}");
        using var other = OciLayout.Image($"other {Guid.NewGuid()}");
        await PushAsync(layout, "by-hand/frozen:1.0");
        await PushAsync(other, "by-hand/frozen:2.0");
        await PushAsync(layout, "by-hand/movable:1.0");

        (await SignAsync("by-hand/frozen", layout, "1.0")).Should().Contain("is attested by release").And.Contain("tag 1.0 is claimed");
        (await SignAsync("by-hand/frozen", layout, "1.0")).Should().Contain("was attested by release before").And.Contain("tag 1.0 was claimed for it by release before");

        _ = await ClaimAsync(bus, "by-hand/frozen", layout, "1.0");
        Resolve(bus, "by-hand/frozen", "1.0").Digest.Should().Be(Digest.Parse(layout.Digest));
        (await Refusal("by-hand/frozen", layout, "2.0")).Should().Contain("tag 2.0 is not claimed").And.Contain(other.Digest);
        (await Refusal("by-hand/frozen", layout, "3.0")).Should().Contain("tag 3.0 is not claimed").And.Contain("no such tag");
        (await Refusal("by-hand/frozen", layout, "not a tag")).Should().Contain("--tag not a tag");
        (await Refusal("by-hand/movable", layout, "1.0")).Should().Contain("immutableTags of Registry 'main'");
    }

    private async Task<BusProbe> ListenAsync()
    {
        var bus = await BusProbe.ConnectAsync(installation.Broker, Cancellation);
        await bus.ListenAsync(Cancellation, MessageNames.AttestationCreated);
        return bus;
    }

    private Task PushAsync(OciLayout layout, string destination) => Skopeo.PushAsync(layout, $"{installation.Registry.Address}/{destination}", Cancellation, "--all");

    private Task<Heard> ClaimAsync(BusProbe bus, string repository, OciLayout layout, string tag) =>
        bus.HearAsync($"the claim of {repository}:{tag}", heard => heard.Text("image") == Name(repository, layout) && heard.Text("tag") == tag && heard.Body!["tagClaim"] is not null, Cancellation);

    private IEnumerable<Heard> Claimed(BusProbe bus, string repository) =>
        bus.Heard.Where(heard => heard.Text("image")!.StartsWith($"{installation.Registry.Address}/{repository}@", StringComparison.Ordinal) && heard.Body!["tagClaim"] is not null);

    /// <summary>What a verifier that reads everything that was heard makes of a tag.</summary>
    private TagResolution Resolve(BusProbe bus, string repository, string tag)
    {
        var resources = ResourceFiles.Load(installation.ResourcesPath).Resources!;
        var index = new AttestationIndex();
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var writer = new IndexWriter(
            index, new ReadOnce(resources), new IndexWriterOptions(), services.GetRequiredService<IMeterFactory>(), NullLogger<IndexWriter>.Instance);
        foreach (var (heard, offset) in bus.Heard.Select((heard, offset) => (heard, offset)))
        {
            writer.Write(new LogEvent.Record(new LogPosition(offset, "heard"), heard.Exchange, Encoding.UTF8.GetBytes(heard.Body!.ToJsonString())));
        }

        return TagResolution.Of(index.FindTag(installation.Registry.Address, repository, tag), [resources.Witnesses[Installation.WitnessName]]);
    }

    private static (byte[] Payload, byte[] Signature) PartsOf(Heard claimed)
    {
        var claim = claimed.Body!["tagClaim"]!;
        return (Convert.FromBase64String(claim["payload"]!.GetValue<string>()), Convert.FromBase64String(claim["signature"]!.GetValue<string>()));
    }

    private static Task PublishAsync(BusProbe bus, Heard honest, Action<JsonNode> forge)
    {
        var body = honest.Body!.DeepClone();
        forge(body);
        return bus.PublishAsync(MessageNames.AttestationCreated, Encoding.UTF8.GetBytes(body.ToJsonString()),
            new Dictionary<string, string> { [CloudEvent.TypeHeader] = MessageNames.AttestationCreated }, Cancellation);
    }

    private static bool Sent(Heard heard) => heard.Headers.ContainsKey(CloudEvent.IdHeader);

    private Task<double> DroppedAsync() => Metrics.SumAsync(installation.Verifiers, "kritis_log_tag_claims_total", Cancellation, "outcome=\"dropped-");

    private Task<string> SignAsync(string repository, OciLayout layout, string tag) =>
        KritisCommand.RunAsync(installation, Cancellation, "sign", Name(repository, layout), "--witness", Installation.WitnessName, "--tag", tag);

    private async Task<string> Refusal(string repository, OciLayout layout, string tag)
    {
        var sign = () => SignAsync(repository, layout, tag);
        return (await sign.Should().ThrowAsync<InvalidOperationException>()).Which.Message;
    }

    private string Name(string repository, OciLayout layout) => installation.Name(repository, layout.Digest);

    private Image ImageOf(string repository, OciLayout layout) => new(installation.Registry.Address, repository, Digest.Parse(layout.Digest));
}
