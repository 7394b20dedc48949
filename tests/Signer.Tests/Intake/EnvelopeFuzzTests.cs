using System.Text;
using System.Text.RegularExpressions;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Signer.Intake;

namespace Kritis.Events.Signer.Tests.Intake;

public sealed partial class EnvelopeFuzzTests
{
    private static readonly string[] Values =
    [
        "null", "true", "7", "-1e999", "\"\"", "[]", "{}", "\"\\ud800\"", "\"\\u0000\"", "\"../..\"", "\"a:b@sha256:c\"", "[[[[]]]]", "{\"a\":1,\"a\":2}",
        "\"sha512:0123456789012345678901234567890123456789\"", "\"push\"", "\"A/B\"",
    ];

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
                body = Damage(body, random);
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

    private static byte[] Damage(byte[] body, Random random) => random.Next(5) switch
    {
        0 => FlipBit(body, random),
        1 => body[..random.Next(body.Length + 1)],
        2 => RepeatSlice(body, random),
        3 => ReplaceValue(body, random),
        _ => ReplaceByte(body, random),
    };

    private static byte[] FlipBit(byte[] body, Random random) =>
        Changed(body, random, before => (byte)(before ^ (1 << random.Next(8))));

    private static byte[] ReplaceByte(byte[] body, Random random) => Changed(body, random, _ => (byte)random.Next(256));

    private static byte[] Changed(byte[] body, Random random, Func<byte, byte> change)
    {
        var copy = (byte[])body.Clone();
        if (copy.Length > 0)
        {
            var at = random.Next(copy.Length);
            copy[at] = change(copy[at]);
        }

        return copy;
    }

    private static byte[] RepeatSlice(byte[] body, Random random)
    {
        var from = random.Next(body.Length + 1);
        var to = random.Next(from, body.Length + 1);
        return [.. body.AsSpan(0, to), .. body.AsSpan(from)];
    }

    private static byte[] ReplaceValue(byte[] body, Random random)
    {
        var text = Encoding.Latin1.GetString(body);
        var values = Value().Matches(text);
        if (values.Count == 0)
        {
            return body;
        }

        var hit = values[random.Next(values.Count)].Groups[1];
        return Encoding.Latin1.GetBytes(text[..hit.Index] + Values[random.Next(Values.Length)] + text[(hit.Index + hit.Length)..]);
    }

    [GeneratedRegex(""": *("[^"]*"|[0-9]+|\{\})""")]
    private static partial Regex Value();
}
