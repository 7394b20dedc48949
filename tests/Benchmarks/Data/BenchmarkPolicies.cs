using Kritis.Events.Attestations.Resources;

namespace Kritis.Events.Benchmarks.Data;

/// <summary>One policy that selects the namespace <c>default</c>, among others that select other namespaces.</summary>
internal static class BenchmarkPolicies
{
    public const string Namespace = "default";
    public const string WitnessName = "release";

    /// <summary>The policy that selects <see cref="Namespace"/> and <paramref name="others"/> that do not.</summary>
    public static SecurityPolicy[] Among(int others) =>
        [Policy("default-namespace", Namespace), .. Enumerable.Range(0, others).Select(number => Policy($"team-{number}", $"team-{number}-*"))];

    private static SecurityPolicy Policy(string name, string ns) => new()
    {
        Name = name,
        Enabled = true,
        Clusters = ["*"],
        Namespaces = [ns],
        Witnesses = [WitnessName],
        AtLeast = 1,
        Enforcement = Enforcement.Enforce,
    };
}
