using System.Globalization;

namespace Kritis.Events.Benchmarks.Running;

/// <summary>What the system says of a process (proc(5)).</summary>
/// <param name="Resident">Bytes of memory it occupies: VmRSS.</param>
/// <param name="Peak">The most it has occupied since its start, or since <see cref="ResetPeak"/>: VmHWM.</param>
/// <param name="Descriptors">How many files and sockets it has open.</param>
internal sealed record ProcessStatus(double Resident, double Peak, int Descriptors)
{
    public const double Megabyte = 1024 * 1024;

    // clear_refs, 5: the peak begins anew at what is occupied now.
    private const string Reset = "5";

    /// <exception cref="IOException">The process has ended.</exception>
    public static ProcessStatus Of(int id)
    {
        var lines = File.ReadAllLines(At(id, "status"));
        return new ProcessStatus(Bytes(lines, "VmRSS:"), Bytes(lines, "VmHWM:"), Directory.GetFiles(At(id, "fd")).Length);
    }

    public static void ResetPeak(int id) => File.WriteAllText(At(id, "clear_refs"), Reset);

    private static string At(int id, string name) => string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/{name}");

    private static double Bytes(string[] lines, string name)
    {
        var line = lines.First(line => line.StartsWith(name, StringComparison.Ordinal));
        return double.Parse(line.AsSpan(name.Length).Trim().TrimEnd("kB").Trim(), CultureInfo.InvariantCulture) * 1024;
    }
}
