using Kritis.Events.Benchmarks.Data;
using Kritis.Events.Benchmarks.Running;
using Kritis.Events.Servers;

namespace Kritis.Events.Benchmarks.Start;

/// <summary>Starts the services and an empty application in turn, on the same broker with an empty log.</summary>
internal sealed class ServicesStartBenchmark(Figures figures, int rounds)
{
    private const double Target = 1.5;

    /// <summary>Measures.</summary>
    /// <param name="form">How the programs were built.</param>
    /// <param name="program">Where the program of a project is.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task RunAsync(string form, Func<string, string> program, CancellationToken cancellationToken)
    {
        Machine.Print(figures);
        figures.Title("sizes");
        figures.Add("programs", form);
        figures.Add("rounds", $"{rounds}, each program in turn, after one to warm up");
        using var folder = new SigningFolder();
        await using var broker = await RabbitMqServer.StartAsync(cancellationToken);
        await using var registry = await DockerRegistry.StartAsync([], htpasswd: null, cancellationToken);
        folder.WriteResources(registry.Address, folder.MakeLocalKey());
        var programs = new StartedPrograms(folder, broker.Uri);
        StartedProgram[] measured =
        [
            programs.Empty(program("EmptyService")), programs.EmptyWithConsumer(program("EmptyService")),
            programs.Signer(program("Signer")), programs.Verifier(program("Verifier")),
        ];
        var times = await MeasureAsync(measured, cancellationToken);
        figures.Title("median of the rounds");
        foreach (var one in measured)
        {
            await TellAsync(one, times[one], cancellationToken);
        }

        foreach (var empty in measured[..2])
        {
            Judge(empty, measured[2], times);
            Judge(empty, measured[3], times);
        }

        figures.Finish();
    }

    private async Task<Dictionary<StartedProgram, List<StartTime>>> MeasureAsync(StartedProgram[] measured, CancellationToken cancellationToken)
    {
        var times = measured.ToDictionary(one => one, _ => new List<StartTime>(rounds));
        for (var round = -1; round < rounds; round++)
        {
            foreach (var one in measured)
            {
                var time = await one.MeasureAsync(cancellationToken);
                if (round >= 0)
                {
                    times[one].Add(time);
                }
            }
        }

        return times;
    }

    private async Task TellAsync(StartedProgram one, List<StartTime> times, CancellationToken cancellationToken)
    {
        var memory = await one.RestAsync(cancellationToken);
        figures.Add($"{one.Name}, start until it answers", times.Select(time => time.Alive).Median(), "s");
        figures.Add($"{one.Name}, start until it is ready", times.Select(time => time.Ready).Median(), "s");
        figures.Add($"{one.Name}, memory at rest (RSS)", memory.Resident / ProcessStatus.Megabyte, "MiB");
        figures.Add($"{one.Name}, heap at rest", memory.Heap / ProcessStatus.Megabyte, "MiB");
    }

    private void Judge(StartedProgram empty, StartedProgram ours, Dictionary<StartedProgram, List<StartTime>> times) => figures.Judge(
        $"start of the {ours.Name} against the {empty.Name}",
        times[ours].Zip(times[empty], (one, least) => one.Ready / least.Ready).Median(), "", Target, atLeast: false);
}
