using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Verifier.Admission;
using Kritis.Events.Verifier.Cache;
using Kritis.Events.Verifier.Policies;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kritis.Events.Verifier.Tests.Testing;

/// <summary>The decision core with an index that a test fills, without a web server.</summary>
internal sealed class Cluster
{
    private readonly AdmissionDecider _decider;

    public Cluster(params SecurityPolicy[] policies)
        : this(Given.Resources(policies))
    {
    }

    public Cluster(ResourceSet resources, string name = "default")
    {
        Resources = new FixedResources(resources);
        var current = new ClusterPolicies(Resources, new ClusterOptions(name), NullLogger<ClusterPolicies>.Instance);
        _decider = new AdmissionDecider(current, Index, () => Progress);
    }

    public FixedResources Resources { get; }

    public AttestationIndex Index { get; } = new();

    public LogProgress Progress { get; set; } = new(CaughtUp: true, Read: 0);

    /// <summary>A cluster whose namespace <c>default</c> needs <c>release</c>, which has attested <see cref="Given.Alpine"/>.</summary>
    public static Cluster WithAlpine()
    {
        var cluster = new Cluster(Given.Policy());
        cluster.Index.Attest(Given.Alpine, Given.Release);
        return cluster;
    }

    public AdmissionDecision Decide(Review review) => Decide(review.Bytes);

    public AdmissionDecision Decide(ReadOnlyMemory<byte> review)
    {
        ReviewReader.TryRead(review, out var request, out var problem).Should().BeTrue(problem);
        return _decider.Decide(request!);
    }

    /// <summary>The decision on a new pod of these images in namespace <c>default</c>.</summary>
    public AdmissionDecision Decide(params string[] images) => Decide(Review.Pod(images));
}
