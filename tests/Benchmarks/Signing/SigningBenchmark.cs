using Kritis.Events.AlibabaCloud.Emulator;
using Kritis.Events.Benchmarks.Data;
using Kritis.Events.Benchmarks.Running;

namespace Kritis.Events.Benchmarks.Signing;

/// <summary>Tells the intake of pushes as fast as it takes them, and waits until the broker has every attestation.</summary>
internal sealed class SigningBenchmark(Figures figures, int rounds, int pushes, int warmUp)
{
    private const int QuotaOfKms = 200;
    private static readonly TimeSpan BareDuration = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan KmsLatency = TimeSpan.FromMilliseconds(10);

    /// <summary>With a key in a file, against what the cores sign when they do nothing else.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        PrintSizes();
        await using var installation = await SigningInstallation.StartAsync(new InstallationShape(), cancellationToken);
        using var pushed = new Pushes(installation);
        await pushed.PutAsync(warmUp + (pushes * rounds), cancellationToken);
        await using var count = await AttestationCount.ListenAsync(installation.Broker.Uri, cancellationToken);
        var run = new AttestedPushes(pushed, count);
        _ = await run.RateAsync(warmUp, cancellationToken);
        var costs = await PushCosts.OfAsync(installation, cancellationToken);
        var (attested, bare) = (new List<double>(), new List<BareRate>());
        for (var round = 0; round < rounds; round++)
        {
            bare.Add(BareSigning.Measure(BareDuration));
            attested.Add(await costs.MeasureAsync(pushes, () => run.RateAsync(pushes, cancellationToken), cancellationToken));
        }

        figures.Title("median of the rounds");
        figures.Add("bare RSA-2048 signatures", bare.Select(rate => rate.PerSecond).Median(), "signatures/s");
        figures.Add("pushes attested", attested.Median(), "pushes/s");
        costs.Print(figures);
        var signature = bare.Select(rate => rate.Cpu).Median();
        figures.Title("by CPU time, which others on the machine hardly disturb");
        figures.Add("a bare signature", signature * 1000, "ms");
        figures.Add("pushes attested against bare signing", signature / costs.All, "");
        figures.Add("the same if the signer cost nothing", signature / costs.Others, "");
        figures.Judge("pushes attested against bare signing", attested.Zip(bare, (ours, most) => ours / most.PerSecond).Median(), "", 0.40, atLeast: true);
        figures.Finish();
    }

    /// <summary>With an emulated KMS, against its quota.</summary>
    public async Task RunWithKmsAsync(CancellationToken cancellationToken)
    {
        PrintSizes();
        figures.Add("KMS", $"emulated, {KmsLatency.TotalMilliseconds} ms for each, {QuotaOfKms} signatures/s");
        await using var cloud = await AlibabaEmulator.StartAsync(
            new EmulatorOptions { SignaturesPerSecond = QuotaOfKms, SigningTime = KmsLatency }, cancellationToken);
        await using var installation = await SigningInstallation.StartAsync(new InstallationShape { Cloud = cloud }, cancellationToken);
        using var pushed = new Pushes(installation);
        await pushed.PutAsync(warmUp + (pushes * rounds), cancellationToken);
        await using var count = await AttestationCount.ListenAsync(installation.Broker.Uri, cancellationToken);
        var run = new AttestedPushes(pushed, count);
        _ = await run.RateAsync(warmUp, cancellationToken);
        var costs = await PushCosts.OfAsync(installation, cancellationToken);
        var rates = new List<double>();
        for (var round = 0; round < rounds; round++)
        {
            var before = cloud.Calls.Count;
            _ = await costs.MeasureAsync(pushes, () => run.RateAsync(pushes, cancellationToken), cancellationToken);
            rates.Add(RateOf([.. cloud.Calls.Skip(before).Where(call => call is { Action: "AsymmetricSign", Outcome: "ok" }).Select(call => call.At)]));
        }

        figures.Title("median of the rounds");
        figures.Add("signatures of the KMS", rates.Median(), "signatures/s");
        figures.Add("calls that were refused for the quota", cloud.Quota.Refused, "calls");
        costs.Print(figures);
        figures.Judge("signatures against the KMS's quota", rates.Median() / QuotaOfKms, "", 0.98, atLeast: true);
        figures.Finish();
    }

    private static double RateOf(DateTimeOffset[] signed)
    {
        Array.Sort(signed);
        return (signed.Length - 1) / (signed[^1] - signed[0]).TotalSeconds;
    }

    private void PrintSizes()
    {
        Machine.Print(figures);
        figures.Title("sizes");
        figures.Add("rounds", $"{rounds} of {pushes} pushes each, after {warmUp} to warm up; bare signing and pushes in turn");
        figures.Add("cores", "signer, broker, registry and the client share all");
    }
}
