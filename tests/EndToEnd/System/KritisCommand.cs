using Kritis.Events.Servers;

namespace Kritis.Events.EndToEnd.System;

/// <summary>Runs <c>kritis</c> as a person does.</summary>
internal static class KritisCommand
{
    public static string Assembly { get; } = Path.Combine(AppContext.BaseDirectory, "kritis.dll");

    public static Task<string> RunAsync(Installation installation, CancellationToken cancellationToken, params string[] arguments) =>
        ChildProcess.RunAsync("dotnet", [Assembly, .. arguments], cancellationToken, Settings(installation));

    /// <summary>Runs it to its end, whatever that is.</summary>
    public static async Task<(int ExitCode, string Output)> EndAsync(Installation installation, CancellationToken cancellationToken, params string[] arguments)
    {
        await using var child = ChildProcess.Start("kritis", "dotnet", [Assembly, .. arguments], Settings(installation));
        await child.WaitForExitAsync(cancellationToken);
        return (child.ExitCode, child.Output);
    }

    private static Dictionary<string, string> Settings(Installation installation) => new()
    {
        ["KRITIS_Bus__Uri"] = installation.Broker.Uri.ToString(),
        ["KRITIS_Resources__Path"] = installation.ResourcesPath,
        ["KRITIS_Data__Path"] = installation.SignerDataPath,
    };
}
