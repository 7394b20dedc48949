using Kritis.Events.Contracts.Images;
using Kritis.Events.Signer.Intake;

namespace Kritis.Events.Signer.Tests.Intake;

public sealed class EnvelopeFuzzTests
{
    [Fact]
    public async Task G1_20000_damaged_envelopes_are_each_refused_or_read_as_lawful_images()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var fixtures = await Task.WhenAll(Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Intake", "Fixtures"), "*.json")
            .Order(StringComparer.Ordinal).Select(path => File.ReadAllBytesAsync(path, IntakeHost.Cancellation)));
        var (read, refused) = (0, 0);
        for (var round = 0; round < 20_000; round++)
        {
            var body = fixtures[random.Next(fixtures.Length)];
            for (var times = random.Next(1, 4); times > 0; times--)
            {
                body = Damage.To(body, random);
            }

            var thrown = Record.Exception(() => ShouldBeLawful(DistributionEnvelope.Read(body)));
            if (thrown is not null and not MalformedException)
            {
                Assert.Fail($"seed {seed}, round {round}: {thrown}\n{Convert.ToBase64String(body)}");
            }

            _ = thrown is null ? read++ : refused++;
        }

        read.Should().BeGreaterThan(100, "seed {0}", seed);
        refused.Should().BeGreaterThan(100, "seed {0}", seed);
    }

    private static void ShouldBeLawful(IReadOnlyList<DistributionEvent> events)
    {
        var taken = TakenPushes.Of(events, IntakeHost.Resources, IntakeHost.Resources.Registries[0], DateTimeOffset.UnixEpoch);
        (taken.Pushes.Count + taken.Ignored.Count).Should().Be(events.Count);
        foreach (var push in taken.Pushes)
        {
            Image.TryParse(push.Image.ToString(), out var again, out var problem).Should().BeTrue(problem);
            again.Should().Be(push.Image);
            push.Image.Registry.Should().Be("127.0.0.1:45055");
            (push.Tag is null || ImageReference.TryParse($"{push.Image.Name}:{push.Tag}", out _, out _)).Should().BeTrue(push.Tag);
        }

        _ = TakenPushes.Of(events, IntakeHost.Resources, null, DateTimeOffset.UnixEpoch);
    }
}
