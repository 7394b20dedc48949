using System.CommandLine;

namespace Kritis.Events.Benchmarks.Running;

/// <summary>Options that several benchmarks have, so that each also runs in a small size.</summary>
internal static class CommonOptions
{
    public static Option<int> Attestations() => new("--attestations")
    {
        Description = "How many attestations the index holds.",
        DefaultValueFactory = _ => 1_000_000,
    };

    public static Option<int> Rounds() => new("--rounds") { Description = "How often each is measured, in turn.", DefaultValueFactory = _ => 5 };

    public static Option<double> Seconds(double usual) => new("--seconds") { Description = "How long each is measured, in seconds.", DefaultValueFactory = _ => usual };

    public static Option<DirectoryInfo> Cache() => new("--cache")
    {
        Description = "Where generated data is kept for the next run.",
        DefaultValueFactory = _ => new DirectoryInfo(Path.Combine(Path.GetTempPath(), "kritis-benchmarks")),
    };
}
