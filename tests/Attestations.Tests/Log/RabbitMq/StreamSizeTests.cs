using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Kritis.Events.Attestations.Log.RabbitMq;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.Contracts.Wire;
using Kritis.Events.Servers;

namespace Kritis.Events.Attestations.Tests.Log.RabbitMq;

/// <summary>The sizing table of docs/rabbitmq.md against the segment files of a real broker.</summary>
public sealed partial class StreamSizeTests(RabbitMqNode node) : IClassFixture<RabbitMqNode>
{
    /// <summary><c>KRITIS_SIZE_COUNT</c> makes it more.</summary>
    private static readonly int Count = int.Parse(Environment.GetEnvironmentVariable("KRITIS_SIZE_COUNT") ?? "2000", CultureInfo.InvariantCulture);

    [Fact]
    public async Task An_attestation_takes_as_many_bytes_in_the_log_as_the_page_says()
    {
        var told = int.Parse(Told().Match(await File.ReadAllTextAsync(WorkingTree.Path("docs", "rabbitmq.md"))).Groups[1].Value, CultureInfo.InvariantCulture);
        await using var log = new RabbitMqAttestationLog(node.Broker, "test/size", TimeProvider.System);
        await log.AppendAsync(Attestation(0), TestContext.Current.CancellationToken);
        var before = node.SegmentBytes(MessageNames.AttestationLog);

        await Parallel.ForEachAsync(Enumerable.Range(1, Count), new ParallelOptions { MaxDegreeOfParallelism = 64 },
            async (number, cancellationToken) => await log.AppendAsync(Attestation(number), cancellationToken));

        var each = (node.SegmentBytes(MessageNames.AttestationLog) - before) / (double)Count;
        TestContext.Current.TestOutputHelper!.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{each:0} bytes for each of {Count}"));
        each.Should().BeInRange(told * 0.9, told * 1.1);
    }

    /// <summary>As long in every part as those of an RSA-2048 key in Alibaba Cloud's KMS.</summary>
    private static AttestationCreated Attestation(int number)
    {
        var image = Image.Parse($"kritis-demo-registry.cn-hongkong.cr.aliyuncs.com/kritis-demo/application@sha256:{number:x64}");
        return new AttestationCreated
        {
            Id = $"{number:x64}",
            Image = image,
            Witness = "release",
            KeyFingerprint = Digest.Of("key"u8),
            KeyId = "key-hkg64f9d1a2b3c4d5e6f7",
            KeyVersionId = "key-hkg64f9d1a2b3c4d5e6f7-1a2b3c4d5e",
            Algorithm = "RSA_PKCS1_SHA_256",
            Payload = RandomNumberGenerator.GetBytes(330),
            Signature = RandomNumberGenerator.GetBytes(256),
            Rule = "kritis-demo",
            Tag = "v1.24.3",
            CreatedAt = TimeProvider.System.GetUtcNow(),
        };
    }

    [GeneratedRegex(@"takes (\d+) bytes in `kritis\.attestations`")]
    private static partial Regex Told();
}
