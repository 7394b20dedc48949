using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Benchmarks.Data;
using Kritis.Events.Verifier.Admission;
using Kritis.Events.Verifier.Admission.Waiting;
using Kritis.Events.Verifier.Cache;
using Kritis.Events.Verifier.Policies;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kritis.Events.Benchmarks.Decisions;

/// <summary>The verifier's own code from the bytes of a review to the bytes of its answer, over an index and policies of some size.</summary>
internal sealed class DecisionPath
{
    private readonly AdmissionDecider _decider;

    public DecisionPath(AttestationIndex index, Witness witness, int otherPolicies)
    {
        var resources = new ResourceSet
        {
            Registries = [],
            Witnesses = new Dictionary<string, Witness> { [witness.Name] = witness },
            Policies = BenchmarkPolicies.Among(otherPolicies),
        };
        var policies = new ClusterPolicies(new UnchangingResources(resources), new ClusterOptions("default"), NullLogger<ClusterPolicies>.Instance);
        var time = TimeProvider.System;
        _decider = new AdmissionDecider(
            policies, new NamespaceLabels(time), index, new RecentPushes(time), () => new LogProgress(CaughtUp: true, Read: 0), time);
    }

    /// <summary>Answers a review.</summary>
    /// <returns>Whether it is admitted.</returns>
    public bool Answer(ReadOnlyMemory<byte> review)
    {
        var (request, decision) = Decide(review);
        _ = ReviewAnswer.Write(request, decision);
        return decision.Allowed;
    }

    /// <summary>Answers a review and says what the bus is told of it.</summary>
    public bool AnswerAndReport(ReadOnlyMemory<byte> review)
    {
        var (request, decision) = Decide(review);
        _ = ReviewAnswer.Write(request, decision);
        return DecisionReport.Of(request, decision, "default", DateTimeOffset.UnixEpoch, TimeSpan.Zero).Allowed;
    }

    /// <summary>Reads a review and does nothing with it.</summary>
    public bool ReadOnly(ReadOnlyMemory<byte> review) => ReviewReader.TryRead(review, out _, out _);

    /// <summary>Decides a review without writing the answer.</summary>
    public bool DecideOnly(ReadOnlyMemory<byte> review) => Decide(review).Decision.Allowed;

    private (AdmissionRequest Request, AdmissionDecision Decision) Decide(ReadOnlyMemory<byte> review) =>
        ReviewReader.TryRead(review, out var request, out var problem)
            ? (request, _decider.Decide(request))
            : throw new InvalidOperationException($"The generated review is none: {problem}.");
}
