using System.Globalization;
using System.Runtime.InteropServices;

namespace Kritis.Events.Benchmarks.Running;

/// <summary>What the figures were measured on, and how busy it was.</summary>
internal static class Machine
{
    public static void Print(Figures figures)
    {
        figures.Title("machine");
        figures.Add("processor", Line("/proc/cpuinfo", "model name"));
        figures.Add("cores", Environment.ProcessorCount, "cores");
        figures.Add("memory", GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1e9, "GB");
        figures.Add("system", RuntimeInformation.OSDescription);
        figures.Add(".NET", $"{RuntimeInformation.FrameworkDescription}, {(System.Runtime.GCSettings.IsServerGC ? "server" : "workstation")} garbage collection");
        figures.Add("load of the last minute before", LoadAverage(), "processes");
    }

    /// <summary>How many processes ran or waited for a core in the last minute (<c>/proc/loadavg</c>): others disturb what is measured.</summary>
    public static double LoadAverage() =>
        double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture);

    private static string Line(string file, string key) => File.Exists(file)
        ? File.ReadLines(file).FirstOrDefault(line => line.StartsWith(key, StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? "unknown"
        : "unknown";
}
