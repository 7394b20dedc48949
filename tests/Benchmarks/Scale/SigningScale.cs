using Kritis.Events.Benchmarks.Data;
using Kritis.Events.Benchmarks.Running;
using Kritis.Events.Benchmarks.Signing;

namespace Kritis.Events.Benchmarks.Scale;

/// <summary>Pushes attested with more signers on one queue.</summary>
internal sealed class SigningScale(Figures figures, ScaleSizes sizes)
{
    private static readonly TimeSpan BareDuration = TimeSpan.FromSeconds(1);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        figures.Title("signing: median of the rounds");
        var shares = new List<double>();
        foreach (var signers in sizes.Replicas)
        {
            var (rate, share) = await MeasureAsync(signers, cancellationToken);
            figures.Add($"signers: {signers}, pushes attested", rate, "pushes/s");
            figures.Add($"signers: {signers}, against bare signatures of the same cores", share, "");
            shares.Add(share);
        }

        figures.Judge($"pushes attested by {sizes.Replicas[^1]} signers on the same cores against {sizes.Replicas[0]}", shares[^1] / shares[0], "", 0.9, atLeast: true);
    }

    /// <summary>Each number of signers has an installation of its own; bare signing in the same rounds makes them comparable.</summary>
    private async Task<(double Rate, double Share)> MeasureAsync(int signers, CancellationToken cancellationToken)
    {
        await using var installation = await SigningInstallation.StartAsync(new InstallationShape { Signers = signers }, cancellationToken);
        using var pushed = new Pushes(installation);
        await pushed.PutAsync(sizes.Pushes * (sizes.Rounds + 1), cancellationToken);
        await using var count = await AttestationCount.ListenAsync(installation.Broker.Uri, cancellationToken);
        var run = new AttestedPushes(pushed, count);
        _ = await run.RateAsync(sizes.Pushes, cancellationToken);
        var (rates, bare) = (new List<double>(), new List<double>());
        for (var round = 0; round < sizes.Rounds; round++)
        {
            bare.Add(BareSigning.Measure(BareDuration).PerSecond);
            rates.Add(await run.RateAsync(sizes.Pushes, cancellationToken));
        }

        return (rates.Median(), rates.Zip(bare, (ours, most) => ours / most).Median());
    }
}
