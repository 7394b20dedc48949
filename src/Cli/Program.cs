using System.CommandLine;
using Kritis.Events.Cli.Demo;
using Kritis.Events.Cli.Signing;
using Kritis.Events.Cli.Up;

namespace Kritis.Events.Cli;

/// <summary><c>kritis</c>: the whole system in one process, and the tools beside it.</summary>
internal static class Program
{
    private static readonly TimeSpan ShutdownPatience = TimeSpan.FromSeconds(20);

    public static Task<int> Main(string[] args)
    {
        var root = new RootCommand("Kritis.Events: what is pushed is signed, and only what is signed runs.")
        {
            UpCommand.Create(),
            DemoCommand.Create(),
            SignCommand.Create(),
            RevokeCommand.Create(),
        };
        return root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = ShutdownPatience });
    }
}
