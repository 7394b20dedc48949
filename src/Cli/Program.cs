using System.CommandLine;
using Kritis.Events.Cli.AlibabaCloud.SecurityCenter;
using Kritis.Events.Cli.AlibabaCloud.WitnessKeys;
using Kritis.Events.Cli.Demo;
using Kritis.Events.Cli.Explain;
using Kritis.Events.Cli.Resolve;
using Kritis.Events.Cli.Signing;
using Kritis.Events.Cli.Up;
using Kritis.Events.Cli.Verify;
using Spectre.Console;

namespace Kritis.Events.Cli;

/// <summary><c>kritis</c>: the whole system in one process, and the tools beside it.</summary>
internal static class Program
{
    private const int LongestLine = 10_000;
    private static readonly TimeSpan ShutdownPatience = TimeSpan.FromSeconds(20);

    public static Task<int> Main(string[] args)
    {
        // Lines are for people to read and copy: the terminal breaks them where it must, and a file keeps them whole.
        AnsiConsole.Profile.Width = LongestLine;
        var root = new RootCommand("Kritis.Events: what is pushed is signed, and only what is signed runs.")
        {
            UpCommand.Create(),
            DemoCommand.Create(),
            SignCommand.Create(),
            RevokeCommand.Create(),
            ReconcileCommand.Create(),
            WitnessCommand.Create(),
            ImportCommand.Create(),
            ResolveCommand.Create(),
            ExplainCommand.Create(),
            VerifyCommand.Create(),
        };
        return root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = ShutdownPatience });
    }
}
