namespace Kritis.Events.Attestations.Resources.Kubernetes;

/// <summary>Policies that nothing fulfils, for where nothing better is known.</summary>
internal static class StrictPolicy
{
    private static readonly string[] Everything = ["*"];

    /// <summary>A policy over all namespaces of all clusters.</summary>
    public static SecurityPolicy OfEverything(string name) => new()
    {
        Name = name, Enabled = true, Clusters = Everything, Namespaces = Everything, Witnesses = [], AtLeast = 1, Enforcement = Enforcement.Enforce,
    };

    /// <summary>What holds before the policies are read: nothing is admitted anywhere.</summary>
    public static ResourceSet Unread { get; } = new()
    {
        Policies = [OfEverything("not-read-yet") with { Problem = "the policies are not read from the cluster yet" }],
    };
}
