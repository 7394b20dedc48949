using System.CommandLine;
using Kritis.Events.Benchmarks.Running;

namespace Kritis.Events.Benchmarks.ColdStart;

/// <summary><c>cold-start</c>: time until a verifier without any memory is ready.</summary>
internal static class ColdStartCommand
{
    private static readonly Option<int> Attestations = CommonOptions.Attestations();
    private static readonly Option<int> Rounds = CommonOptions.Rounds();
    private static readonly Option<DirectoryInfo> Cache = CommonOptions.Cache();

    public static Command Create()
    {
        var command = new Command("cold-start", "Time until a verifier is ready from the stream, against a bare drain of it; bytes of memory an attestation.")
        {
            Attestations, Rounds, Cache,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var log = Data.GeneratedLog.In(parsed.GetRequiredValue(Cache), parsed.GetValue(Attestations), Console.Error);
        var benchmark = new ColdStartBenchmark(
            new Figures(parsed.InvocationConfiguration.Output), log, parsed.GetValue(Attestations), parsed.GetValue(Rounds));
        await benchmark.RunAsync(cancellationToken);
        return 0;
    }
}
