using Kritis.Events.Servers;

namespace Kritis.Events.Benchmarks.Running;

/// <summary>The services as they were built beside the benchmarks, in the same configuration.</summary>
internal static class BuiltService
{
    /// <summary>This very program, to be started again with another verb.</summary>
    public static string Own => typeof(BuiltService).Assembly.Location;

    public static string Assembly(string project)
    {
        // tests/PROJECT/bin/CONFIGURATION/FRAMEWORK/
        var output = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var root = output.Parent!.Parent!.Parent!.Parent!.Parent!;
        return Path.Combine(root.FullName, "src", project, "bin", output.Parent.Name, output.Name, $"Kritis.Events.{project}.dll");
    }

    /// <summary>A free address of this machine.</summary>
    public static Uri Loopback(string scheme) => new($"{scheme}://127.0.0.1:{FreePorts.Next()}");
}
