using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Verifier.Admission;
using Kritis.Events.Verifier.Admission.Waiting;
using Kritis.Events.Verifier.Cache;
using Kritis.Events.Verifier.Policies;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Kritis.Events.Verifier.Tests.Testing;

/// <summary>The decision core with an index that a test fills, without a web server.</summary>
internal sealed class Cluster
{
    private readonly AdmissionDecider _decider;
    private readonly PatientDecider _patient;

    public Cluster(params SecurityPolicy[] policies)
        : this(Given.Resources(policies))
    {
    }

    public Cluster(ResourceSet resources, string name = "default")
    {
        Resources = new FixedResources(resources);
        var current = new ClusterPolicies(Resources, new ClusterOptions(name), NullLogger<ClusterPolicies>.Instance);
        Labels = new NamespaceLabels(Time);
        Pushes = new RecentPushes(Time);
        _decider = new AdmissionDecider(current, Labels, Index, Pushes, () => Progress, Time);
        _patient = new PatientDecider(_decider, current, Labels, Arrivals, Time);
    }

    public FixedResources Resources { get; }

    public AttestationIndex Index { get; } = new();

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));

    public NamespaceLabels Labels { get; }

    public RecentPushes Pushes { get; }

    public AttestationArrivals Arrivals { get; } = new();

    public LogProgress Progress { get; set; } = new(CaughtUp: true, Read: 0);

    /// <summary>A cluster whose namespace <c>default</c> needs <c>release</c>, which has attested <see cref="Given.Alpine"/>.</summary>
    public static Cluster WithAlpine()
    {
        var cluster = new Cluster(Given.Policy());
        cluster.Index.Attest(Given.Alpine, Given.Release);
        return cluster;
    }

    /// <summary>An attestation comes in, by <c>release</c> unless another is named, and whoever waits for it is told.</summary>
    public void Attest(string image, Witness? witness = null)
    {
        Index.Attest(image, witness ?? Given.Release);
        var parsed = Image.Parse(image);
        Arrivals.Notice(parsed, Index.Find(parsed).Attestations[^1]);
    }

    public AdmissionDecision Decide(Review review) => Decide(review.Bytes);

    public AdmissionDecision Decide(ReadOnlyMemory<byte> review)
    {
        ReviewReader.TryRead(review, out var request, out var problem).Should().BeTrue(problem);
        return _decider.Decide(request!);
    }

    /// <summary>The decision on a review that may wait for as long as <paramref name="limit"/>.</summary>
    public Task<AdmissionDecision> DecideAsync(Review review, TimeSpan limit)
    {
        ReviewReader.TryRead(review.Bytes, out var request, out var problem).Should().BeTrue(problem);
        return _patient.DecideAsync(request!, limit, TestContext.Current.CancellationToken).AsTask();
    }

    /// <summary>The decision on a new pod of these images in namespace <c>default</c>.</summary>
    public AdmissionDecision Decide(params string[] images) => Decide(Review.Pod(images));
}
