using System.Diagnostics;
using System.Globalization;
using Kritis.Events.Benchmarks.Data;
using Kritis.Events.Benchmarks.Running;

namespace Kritis.Events.Benchmarks.Soak;

/// <summary>Hours of even load on a signer, RabbitMQ, CNCF Distribution and a verifier: memory and descriptors must stay flat.</summary>
internal sealed class SoakBenchmark(Figures figures)
{
    // What an attestation costs the verifier's index is measured by cold-start (110 bytes); the signer's keeps payload and signature as well (590 in an hour of this).
    private const double VerifierBytesEach = 200;
    private const double SignerBytesEach = 700;

    public required TimeSpan Duration { get; init; }

    /// <summary>How long there is load before the first sample.</summary>
    public required TimeSpan WarmUp { get; init; }

    public required TimeSpan Interval { get; init; }

    public required double Pushes { get; init; }

    public required double Admissions { get; init; }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Machine.Print(figures);
        PrintSizes();
        await using var installation = await SigningInstallation.StartAsync(new InstallationShape { Verifiers = 1, RegistryTells = true }, cancellationToken);
        using var load = new SoakLoad(installation);
        ServiceSamples[] services =
        [
            new("signer", installation.Signers[0], SignerBytesEach),
            new("verifier", installation.Verifiers[0], VerifierBytesEach),
        ];
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = load.RunAsync(Pushes, Admissions, ending.Token, cancellationToken);
        await Task.Delay(WarmUp, cancellationToken);
        await SampleAsync(services, load, cancellationToken);
        await ending.CancelAsync();
        await running;
        Tell(services, load);
        var dropped = (await ServiceMetrics.ReadAsync(installation.Verifiers[0].Http, cancellationToken)).Sum("kritis_journal_dropped_total");
        figures.Judge("decisions of which the bus was not told", dropped, "", 0, atLeast: false);
        figures.Finish();
    }

    private async Task SampleAsync(ServiceSamples[] services, SoakLoad load, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < Duration)
        {
            foreach (var service in services)
            {
                await service.TakeAsync(watch.Elapsed.TotalSeconds, load.Attested, cancellationToken);
            }

            await Task.Delay(Interval, cancellationToken);
        }
    }

    private void Tell(ServiceSamples[] services, SoakLoad load)
    {
        var (pushes, admissions) = (load.PushTimes, load.AdmissionTimes);
        figures.Title("load");
        figures.Add("pushes that became admissions", pushes.Length, "");
        figures.Add("from the push to the admission, p50", Rounds.Percentile(pushes, 0.5), "ms");
        figures.Add("from the push to the admission, p99", Rounds.Percentile(pushes, 0.99), "ms");
        figures.Add("admissions beside them, half of them to be refused", admissions.Length, "");
        figures.Add("admissions, p50", Rounds.Percentile(admissions, 0.5), "ms");
        figures.Add("admissions, p99", Rounds.Percentile(admissions, 0.99), "ms");
        foreach (var wrong in load.Wrong.Take(5))
        {
            figures.Add("wrong", wrong);
        }

        figures.Title("services");
        foreach (var service in services)
        {
            service.Tell(figures);
        }

        figures.Judge("pushes and admissions that came out wrong", load.Wrong.Count, "", 0, atLeast: false);
    }

    private void PrintSizes()
    {
        figures.Title("sizes");
        figures.Add("duration", Duration.TotalMinutes, "minutes");
        figures.Add("load before the first sample", WarmUp.TotalSeconds, "s");
        figures.Add("rates", string.Create(CultureInfo.InvariantCulture, $"{Pushes} pushes and {Admissions} admissions a second"));
        figures.Add("samples", string.Create(CultureInfo.InvariantCulture, $"each {Interval.TotalSeconds} s, with a full collection of each service's heap"));
    }
}
