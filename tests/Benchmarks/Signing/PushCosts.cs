using Kritis.Events.Benchmarks.Data;
using Kritis.Events.Benchmarks.Running;

namespace Kritis.Events.Benchmarks.Signing;

/// <summary>What a push costs each of the processes that take part in it, in CPU time, and what it allocates in the signers.</summary>
internal sealed class PushCosts
{
    private const string Signer = "signer";
    private const string Allocated = "dotnet_gc_heap_total_allocated_bytes_total";
    private const double Milliseconds = 1000;
    private const double Kilobyte = 1000;
    private readonly SigningInstallation _installation;
    private readonly ProcessorTime _time;
    private readonly List<Round> _rounds = [];

    private PushCosts(SigningInstallation installation, ProcessorTime time) => (_installation, _time) = (installation, time);

    /// <summary>Seconds of CPU time a push, of all processes together; median of the rounds.</summary>
    public double All => Median(round => round.Taken.Ours);

    /// <summary>Seconds of CPU time a push, of all processes but the signers; median of the rounds.</summary>
    public double Others => Median(round => round.Taken.Processes.Where(process => process.Name != Signer).Sum(process => process.Seconds));

    public static async Task<PushCosts> OfAsync(SigningInstallation installation, CancellationToken cancellationToken) => new(installation, new ProcessorTime(
    [
        .. installation.Signers.Select(signer => (Signer, signer.Id)),
        ("RabbitMQ", await installation.Broker.IdAsync(cancellationToken)),
        ("registry", installation.Registry.Id),
        ("client: this benchmark", Environment.ProcessId),
    ]));

    /// <summary>Runs a round.</summary>
    /// <returns>What <paramref name="round"/> returned.</returns>
    public async Task<double> MeasureAsync(int pushes, Func<Task<double>> round, CancellationToken cancellationToken)
    {
        var (allocated, before) = (await AllocatedAsync(cancellationToken), _time.Read());
        var rate = await round();
        var taken = _time.Read().Since(before);
        _rounds.Add(new Round(pushes, taken, await AllocatedAsync(cancellationToken) - allocated));
        return rate;
    }

    /// <summary>Prints what a push took of each, and what these cores could do at most at that price.</summary>
    public void Print(Figures figures)
    {
        figures.Title("CPU time a push, median of the rounds");
        foreach (var (name, at) in _rounds[0].Taken.Processes.Select((process, at) => (process.Name, at)))
        {
            figures.Add(name, Median(round => round.Taken.Processes[at].Seconds) * Milliseconds, "ms");
        }

        figures.Add("together", All * Milliseconds, "ms");
        figures.Add("what else ran on the machine meanwhile", Median(round => round.Taken.Machine - round.Taken.Ours) * Milliseconds, "ms");
        figures.Add("allocated by the signer", Median(round => round.Allocated) / Kilobyte, "kB");
        figures.Add("pushes that the cores could do at that price", Environment.ProcessorCount / All, "pushes/s");
        figures.Add("pushes that they could do if the signer cost nothing", Environment.ProcessorCount / Others, "pushes/s");
    }

    private double Median(Func<Round, double> part) => _rounds.Select(round => part(round) / round.Pushes).Median();

    private async Task<double> AllocatedAsync(CancellationToken cancellationToken)
    {
        var metrics = await Task.WhenAll(_installation.Signers.Select(signer => ServiceMetrics.ReadAsync(signer.Http, cancellationToken)));
        return metrics.Sum(of => of.Sum(Allocated));
    }

    private sealed record Round(int Pushes, ProcessorSeconds Taken, double Allocated);
}
