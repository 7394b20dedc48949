using System.Text;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Fuzzing.Inputs;
using Kritis.Events.Fuzzing.Running;
using Kritis.Events.Verifier.Policies;

namespace Kritis.Events.Fuzzing.Targets;

/// <summary>YAML resources: a set that can be used, or every reason why it is none.</summary>
internal sealed class ResourceTarget : FuzzTarget
{
    private const int MostProblems = 50;

    public override string Name => "resources";

    public override IReadOnlyList<Seed> Seeds { get; } =
    [
        Seed.Of(Known.WitnessYaml),
        .. Corpus.Files("resources").Select(file => Seed.Of(Encoding.UTF8.GetString(file.Bytes) is var text && text.StartsWith("#witnesses", StringComparison.Ordinal)
            ? $"{Known.WitnessYaml}---\n{text}"
            : text)),
    ];

    public override IReadOnlyList<string> Reaches { get; } = ["a set", "refused"];

    // The library makes an object of each mark and a text of each scalar, twice.
    public override long MostAllocated(int length) => 2_000_000 + (1_000L * length);

    public override string Take(byte[] input)
    {
        var load = Load(input);
        BrokenPromiseException.Unless((load.Resources is null) == (load.Problems.Count > 0), "there is a set where there is no problem, and none otherwise");
        BrokenPromiseException.Unless(load.Problems.Count <= MostProblems, "problems are bounded");
        foreach (var problem in load.Problems)
        {
            Fit.ForALine(problem.ToString());
        }

        if (load.Resources is not { } set)
        {
            return "refused";
        }

        var policies = new PolicySet(set, "default");
        _ = policies.Of("default", labels: null);
        var (written, again) = (Write(set), Load(Encoding.UTF8.GetBytes(Write(set))));
        BrokenPromiseException.Unless(again.Resources is not null, "a set that is written can be read");
        BrokenPromiseException.Unless(Write(again.Resources) == written, "a set that is written and read is the same");
        return "a set";
    }

    private static ResourceLoad Load(byte[] content) => ResourceFiles.Load("/nowhere", new Dictionary<string, byte[]?> { ["fuzz.yaml"] = content });

    private static string Write(ResourceSet set) => string.Join("---\n",
    [
        .. set.Registries.Select(ResourceYaml.Write),
        .. set.Witnesses.Values.OrderBy(witness => witness.Name, StringComparer.Ordinal).Select(ResourceYaml.Write),
        .. set.Rules.Select(ResourceYaml.Write),
        .. set.Policies.Select(ResourceYaml.Write),
    ]);
}
