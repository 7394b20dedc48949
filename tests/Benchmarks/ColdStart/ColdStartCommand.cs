using System.CommandLine;
using Kritis.Events.Benchmarks.Data;
using Kritis.Events.Benchmarks.Running;

namespace Kritis.Events.Benchmarks.ColdStart;

/// <summary><c>cold-start</c>: time until a verifier without any memory is ready.</summary>
internal static class ColdStartCommand
{
    private static readonly Option<int> Attestations = CommonOptions.Attestations();
    private static readonly Option<int> Rounds = CommonOptions.Rounds();
    private static readonly Option<DirectoryInfo> Cache = CommonOptions.Cache();
    private static readonly Option<BenchmarkKeyKind> Key = new("--key")
    {
        Description = "What the attestations are signed with: ECDSA over P-256, or RSA-2048.",
        DefaultValueFactory = _ => BenchmarkKeyKind.Ec,
    };

    public static Command Create()
    {
        var command = new Command("cold-start", "Time until a verifier is ready from the stream, against a bare drain of it; bytes of memory an attestation.")
        {
            Attestations, Rounds, Cache, Key,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var log = GeneratedLog.In(parsed.GetRequiredValue(Cache), parsed.GetValue(Attestations), Console.Error, parsed.GetValue(Key));
        var benchmark = new ColdStartBenchmark(
            new Figures(parsed.InvocationConfiguration.Output), log, parsed.GetValue(Attestations), parsed.GetValue(Rounds));
        await benchmark.RunAsync(cancellationToken);
        return 0;
    }
}
