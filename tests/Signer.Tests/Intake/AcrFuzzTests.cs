using System.Text;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Signer.Intake;
using Kritis.Events.Signer.Intake.Acr;
using Microsoft.AspNetCore.Http;

namespace Kritis.Events.Signer.Tests.Intake;

public sealed class AcrFuzzTests
{
    private const int Rounds = 20_000;

    [Fact]
    public void G1_20000_damaged_webhooks_are_each_refused_or_read_as_lawful_pushes() =>
        Fuzz(Encoding.UTF8.GetBytes(AcrEvents.Webhook().ToJsonString()), body => [AcrWebhook.Read(body)]);

    [Fact]
    public void G1_20000_damaged_CloudEvents_are_each_refused_or_read_as_lawful_pushes() =>
        Fuzz(Encoding.UTF8.GetBytes(AcrEvents.CloudEvent(digest: AcrEvents.Digest).ToJsonString()),
            body => CloudEventReader.Read(body, new HeaderDictionary { ["Content-Type"] = "application/cloudevents+json" }).Select(read => read.Push).OfType<AcrPush>());

    [Fact]
    public void G1_20000_damaged_binary_CloudEvents_are_each_refused_or_read_as_lawful_pushes() =>
        Fuzz(Encoding.UTF8.GetBytes(AcrEvents.Data(digest: AcrEvents.Digest).ToJsonString()), body => CloudEventReader.Read(body, new HeaderDictionary
        {
            ["Content-Type"] = "application/json",
            ["ce-specversion"] = "1.0",
            ["ce-source"] = "acs.cr",
            ["ce-type"] = "cr:Artifact:PushCompleted",
            ["ce-id"] = "1",
        }).Select(read => read.Push).OfType<AcrPush>());

    private static void Fuzz(byte[] whole, Func<byte[], IEnumerable<AcrPush>> read)
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var (taken, refused) = (0, 0);
        for (var round = 0; round < Rounds; round++)
        {
            var body = whole;
            for (var times = random.Next(1, 4); times > 0; times--)
            {
                body = Damage.To(body, random);
            }

            var thrown = Record.Exception(() => read(body).ToList().ForEach(ShouldBeLawful));
            if (thrown is not null and not MalformedException)
            {
                Assert.Fail($"seed {seed}, round {round}: {thrown}\n{Convert.ToBase64String(body)}");
            }

            _ = thrown is null ? taken++ : refused++;
        }

        taken.Should().BeGreaterThan(100, "seed {0}", seed);
        refused.Should().BeGreaterThan(100, "seed {0}", seed);
    }

    private static void ShouldBeLawful(AcrPush push)
    {
        ImageReference.TryParse($"registry.example/{push.Repository.ToLowerInvariant()}", out var reference, out var problem).Should().BeTrue(problem);
        reference!.Registry.Should().Be("registry.example");
        push.Repository.Should().StartWith(push.Namespace + "/");
        (push.Digest is not null || push.Tag is not null).Should().BeTrue();
        (push.Tag is null || ImageReference.TryParse($"registry.example/a:{push.Tag}", out _, out _)).Should().BeTrue(push.Tag);
    }
}
