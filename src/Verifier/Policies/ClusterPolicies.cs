using Kritis.Events.Attestations.Resources;

namespace Kritis.Events.Verifier.Policies;

/// <summary>The policies of this cluster as they are now; a change of the resources swaps them whole.</summary>
internal sealed partial class ClusterPolicies : IDisposable
{
    private readonly IResourceSource _resources;
    private readonly string _cluster;
    private readonly ILogger<ClusterPolicies> _logger;
    private readonly Lock _swapping = new();
    private volatile PolicySet _current;

    public ClusterPolicies(IResourceSource resources, ClusterOptions cluster, ILogger<ClusterPolicies> logger)
    {
        (_resources, _cluster, _logger) = (resources, cluster.Name, logger);

        // Listening comes first: a set that is swapped in while this one is read is not missed.
        resources.Changed += Swap;
        lock (_swapping)
        {
            _current = new PolicySet(resources.Current, _cluster);
        }
    }

    public PolicySet Current => _current;

    public void Dispose() => _resources.Changed -= Swap;

    private void Swap(ResourceSet announced)
    {
        try
        {
            lock (_swapping)
            {
                _current = new PolicySet(_resources.Current, _cluster);
            }
        }
        catch (Exception unusable) when (unusable is FormatException or KeyNotFoundException or ArgumentException)
        {
            Log.Kept(_logger, unusable);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "The new resources hold a policy that cannot be used; the policies before it stay in force.")]
        public static partial void Kept(ILogger logger, Exception exception);
    }
}
