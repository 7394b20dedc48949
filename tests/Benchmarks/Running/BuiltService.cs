namespace Kritis.Events.Benchmarks.Running;

/// <summary>The services as they were built beside the benchmarks, in the same configuration.</summary>
internal static class BuiltService
{
    public static string Assembly(string project)
    {
        // tests/PROJECT/bin/CONFIGURATION/FRAMEWORK/
        var output = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var root = output.Parent!.Parent!.Parent!.Parent!.Parent!;
        return Path.Combine(root.FullName, "src", project, "bin", output.Parent.Name, output.Name, $"Kritis.Events.{project}.dll");
    }

    /// <summary>This very program, to be started again with another verb.</summary>
    public static string Own => typeof(BuiltService).Assembly.Location;
}
