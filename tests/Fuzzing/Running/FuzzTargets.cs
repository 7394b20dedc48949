using Kritis.Events.Fuzzing.Targets;

namespace Kritis.Events.Fuzzing.Running;

/// <summary>Every reader of foreign bytes that is fuzzed. A new one is added here, with a target of its own in Targets/.</summary>
internal static class FuzzTargets
{
    private static readonly Dictionary<string, Func<FuzzTarget>> Known = new(StringComparer.Ordinal)
    {
        ["review"] = () => new ReviewTarget(),
        ["distribution"] = () => new DistributionTarget(),
        ["acr"] = () => new AcrTarget(),
        ["eventbridge"] = () => new EventBridgeTarget(),
        ["reference"] = () => new ReferenceTarget(),
        ["payload"] = () => new PayloadTarget(),
        ["bus"] = () => new BusTarget(),
        ["resources"] = () => new ResourceTarget(),
        ["snapshot"] = () => new SnapshotTarget(),
        ["attachment"] = () => new AttachmentTarget(),
    };

    public static IReadOnlyList<string> Names { get; } = [.. Known.Keys];

    public static FuzzTarget Make(string name) => Known[name]();
}
