using System.CommandLine;
using Kritis.Events.Benchmarks.Running;

namespace Kritis.Events.Benchmarks.Signing;

/// <summary><c>signing</c>: pushes attested a second.</summary>
internal static class SigningCommand
{
    private static readonly Option<int> Rounds = CommonOptions.Rounds();
    private static readonly Option<int> Pushes = new("--pushes") { Description = "How many pushes each round has.", DefaultValueFactory = _ => 1_000 };

    private static readonly Option<int> WarmUp = new("--warm-up")
    {
        Description = "How many pushes come before the first round: the runtime compiles the signer anew until some thousand went through it.",
        DefaultValueFactory = _ => 3_000,
    };

    private static readonly Option<bool> Kms = new("--kms")
    {
        Description = "Signs with an emulated KMS of 10 ms at 200 signatures a second, instead of with a key in a file.",
    };

    public static Command Create()
    {
        var command = new Command("signing", "Pushes attested a second, from the intake to the broker's confirmation.") { Rounds, Pushes, WarmUp, Kms };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var benchmark = new SigningBenchmark(
            new Figures(parsed.InvocationConfiguration.Output), parsed.GetValue(Rounds), parsed.GetValue(Pushes), parsed.GetValue(WarmUp));
        await (parsed.GetValue(Kms) ? benchmark.RunWithKmsAsync(cancellationToken) : benchmark.RunAsync(cancellationToken));
        return 0;
    }
}
