using Kritis.Events.Servers;

namespace Kritis.Events.EndToEnd.System;

/// <summary>Runs <c>kritis</c> as a person does.</summary>
internal static class KritisCommand
{
    public static string Assembly { get; } = Path.Combine(AppContext.BaseDirectory, "kritis.dll");

    public static Task<string> RunAsync(Installation installation, CancellationToken cancellationToken, params string[] arguments) =>
        ChildProcess.RunAsync("dotnet", [Assembly, .. arguments], cancellationToken, new Dictionary<string, string>
        {
            ["KRITIS_Bus__Uri"] = installation.Broker.Uri.ToString(),
            ["KRITIS_Resources__Path"] = installation.ResourcesPath,
            ["KRITIS_Data__Path"] = installation.SignerDataPath,
        });
}
