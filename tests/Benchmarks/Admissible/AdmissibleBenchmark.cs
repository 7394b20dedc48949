using System.Diagnostics;
using Kritis.Events.Benchmarks.Data;
using Kritis.Events.Benchmarks.Running;

namespace Kritis.Events.Benchmarks.Admissible;

/// <summary>
/// Tells the intake of pushes at an even rate and asks the verifier for a Pod of each at once. The policy lets the verifier wait for a signature that is on
/// its way; one that has not even heard of the push refuses, and is asked again.
/// </summary>
internal sealed class AdmissibleBenchmark(Figures figures, int rounds, int pushes, double rate)
{
    private int _told;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Machine.Print(figures);
        figures.Title("sizes");
        figures.Add("rounds", $"{rounds} of {pushes} pushes at {rate:0} a second each, in turn with the parts, after one to warm up");
        await using var installation = await SigningInstallation.StartAsync(new InstallationShape { Verifiers = 1 }, cancellationToken);
        using var pushed = new Pushes(installation);
        await pushed.PutAsync(pushes * (rounds + 1), cancellationToken);
        await using var parts = await UnavoidableParts.OpenAsync(installation.Broker.Uri, pushed, cancellationToken);
        _ = await PushAsync(installation, pushed, cancellationToken);
        var (whole, sums) = (new List<double[]>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            sums.Add(await parts.MeasureAsync(cancellationToken));
            whole.Add(await PushAsync(installation, pushed, cancellationToken));
        }

        Tell(parts, whole, sums);
    }

    private void Tell(UnavoidableParts parts, List<double[]> whole, List<double> sums)
    {
        figures.Title("median of the rounds");
        parts.Print(figures);
        figures.Add("sum of the parts: two hops, one HEAD, one signature, one verification", sums.Median(), "ms");
        figures.Add("from the intake's 2xx to the admission, p50", whole.Select(round => Rounds.Percentile(round, 0.5)).Median(), "ms");
        figures.Add("from the intake's 2xx to the admission, p99", whole.Select(round => Rounds.Percentile(round, 0.99)).Median(), "ms");
        figures.Judge("p50 against the sum", whole.Zip(sums, (round, sum) => Rounds.Percentile(round, 0.5) / sum).Median(), "", 1.5, atLeast: false);
        figures.Judge("p99 against the sum", whole.Zip(sums, (round, sum) => Rounds.Percentile(round, 0.99) / sum).Median(), "", 4, atLeast: false);
        figures.Finish();
    }

    private async Task<double[]> PushAsync(SigningInstallation installation, Pushes pushed, CancellationToken cancellationToken)
    {
        var first = _told;
        _told += pushes;
        var underWay = new List<Task<double>>(pushes);
        await foreach (var at in Pace.AtAsync(rate, cancellationToken).Take(pushes))
        {
            underWay.Add(UntilAdmittedAsync(installation, pushed, first + at, cancellationToken));
        }

        return [.. (await Task.WhenAll(underWay)).Order()];
    }

    private static async Task<double> UntilAdmittedAsync(SigningInstallation installation, Pushes pushed, int number, CancellationToken cancellationToken)
    {
        var review = Reviews.OfPod(pushed.Name(number));
        await pushed.TellAsync(number, cancellationToken);
        var accepted = Stopwatch.GetTimestamp();
        while (!(await AdmissionAnswer.AskAsync(installation.Verifiers[0].Http, review, cancellationToken)).Allowed)
        {
            // Asked again at once: the push is heard of within a moment.
        }

        return Stopwatch.GetElapsedTime(accepted).TotalMilliseconds;
    }
}
