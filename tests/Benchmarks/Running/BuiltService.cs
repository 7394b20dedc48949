using Kritis.Events.Servers;

namespace Kritis.Events.Benchmarks.Running;

/// <summary>The services as they were built beside the benchmarks, in the same configuration.</summary>
internal static class BuiltService
{
    /// <summary>This very program, to be started again with another verb.</summary>
    public static string Own => typeof(BuiltService).Assembly.Location;

    // tests/PROJECT/bin/CONFIGURATION/FRAMEWORK/
    private static DirectoryInfo Output { get; } = new(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));

    /// <summary>The folder that the sources are in.</summary>
    public static string Root => Output.Parent!.Parent!.Parent!.Parent!.Parent!.FullName;

    public static string Assembly(string project) => Built("src", project);

    /// <summary>The empty application that the services are measured against.</summary>
    public static string Empty => Built("tests", "EmptyService");

    /// <summary>A free address of this machine.</summary>
    public static Uri Loopback(string scheme) => new($"{scheme}://127.0.0.1:{FreePorts.Next()}");

    private static string Built(string folder, string project) =>
        Path.Combine(Root, folder, project, "bin", Output.Parent!.Name, Output.Name, $"Kritis.Events.{project}.dll");
}
