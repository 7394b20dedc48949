using System.CommandLine;
using Spectre.Console;

namespace Kritis.Events.Cli.Up;

/// <summary><c>kritis up</c>: the embedded system, until Ctrl-C.</summary>
internal static class UpCommand
{
    private static readonly Option<DirectoryInfo> Data = new("--data")
    {
        Description = "Folder of the local key, the attestation log and the registry's content.",
        DefaultValueFactory = _ => new DirectoryInfo(Environment.GetEnvironmentVariable("KRITIS_Data__Path") ?? "./data"),
    };

    private static readonly Option<DirectoryInfo> Resources = new("--resources")
    {
        Description = "Folder of YAML resources; a first set is written where it holds none.",
        DefaultValueFactory = _ => new DirectoryInfo(Environment.GetEnvironmentVariable("KRITIS_Resources__Path") ?? "./resources"),
    };

    private static readonly Option<int> RegistryPort = Port("--registry-port", "Loopback port to push to.", 5080);
    private static readonly Option<int> SignerPort = Port("--signer-port", "Loopback port of the signer's intake.", 8080);
    private static readonly Option<int> VerifierPort = Port("--verifier-port", "Loopback port of the verifier's webhook.", 8443);

    public static Command Create()
    {
        var command = new Command("up", "Runs signer, verifier and a small registry in this process, and shows what happens. Ctrl-C stops it.")
        {
            Data, Resources, RegistryPort, SignerPort, VerifierPort,
        };
        command.SetAction((parsed, cancellationToken) => CommandRun.Async(() => RunAsync(new EmbeddedOptions
        {
            DataPath = parsed.GetRequiredValue(Data).FullName,
            ResourcesPath = parsed.GetRequiredValue(Resources).FullName,
            Ports = new EmbeddedPorts(parsed.GetValue(RegistryPort), parsed.GetValue(SignerPort), parsed.GetValue(VerifierPort)),
        }, cancellationToken)));
        return command;
    }

    private static async Task<int> RunAsync(EmbeddedOptions options, CancellationToken cancellationToken)
    {
        var console = new LiveConsole(AnsiConsole.Console, TimeProvider.System);
        await using var system = await EmbeddedSystem.StartAsync(options, console.Events, cancellationToken);
        console.Welcome(system);
        await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        console.Goodbye();
        return 0;
    }

    private static Option<int> Port(string name, string description, int port) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => port,
    };
}
