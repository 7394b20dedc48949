using Kritis.Events.Attestations.Resources;

namespace Kritis.Events.Signer.Intake;

/// <summary><c>POST /events/distribution</c>: notifications of CNCF Distribution.</summary>
internal sealed class DistributionIntake(IResourceSource resources, TimeProvider time) : IPushReader
{
    /// <summary>Where it is found.</summary>
    public const string Path = "/events/distribution";

    /// <inheritdoc/>
    public IReadOnlyList<string> MediaTypes { get; } = ["application/vnd.docker.distribution.events.v1+json", "application/json"];

    /// <inheritdoc/>
    public Task<TakenPushes> ReadAsync(EventRequest request, CancellationToken cancellationToken) =>
        Task.FromResult(TakenPushes.Of(DistributionEnvelope.Read(request.Body), resources.Current, request.Registry, time.GetUtcNow()));
}
