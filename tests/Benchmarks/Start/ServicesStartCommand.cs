using System.CommandLine;
using Kritis.Events.Benchmarks.Forms;
using Kritis.Events.Benchmarks.Running;

namespace Kritis.Events.Benchmarks.Start;

/// <summary><c>services-start</c>: how long the services take to be ready, against an empty application.</summary>
internal static class ServicesStartCommand
{
    private static readonly Option<int> Rounds = CommonOptions.Rounds();
    private static readonly Option<bool> Published = new("--published") { Description = "Measures what the containers hold, compiled ahead, instead of what was built." };

    public static Command Create()
    {
        var command = new Command("services-start", "Start of each service and its memory at rest, against an empty application with MassTransit.") { Rounds, Published };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var benchmark = new ServicesStartBenchmark(new Figures(parsed.InvocationConfiguration.Output), parsed.GetValue(Rounds));
        if (!parsed.GetValue(Published))
        {
            await benchmark.RunAsync("as built, compiled while they start", Built, cancellationToken);
            return 0;
        }

        using var sources = new PublishedSources();
        var form = PublishedForm.OfTheContainers;
        var programs = new Dictionary<string, string>();
        foreach (var project in new[] { "EmptyService", "Signer", "Verifier" })
        {
            programs[project] = await sources.PublishAsync(project, form, cancellationToken);
        }

        await benchmark.RunAsync(form.Name, project => programs[project], cancellationToken);
        return 0;
    }

    private static string Built(string project) => project == "EmptyService" ? BuiltService.Empty : BuiltService.Assembly(project);
}
