namespace Kritis.Events.Signer.Intake.Acr;

/// <summary><c>POST /events/acr</c>: webhooks (triggers) of Container Registry.</summary>
internal sealed class AcrIntake(AcrPushes pushes) : IPushReader
{
    /// <summary>Where it is found.</summary>
    public const string Path = "/events/acr";

    /// <inheritdoc/>
    public IReadOnlyList<string> MediaTypes { get; } = ["application/json"];

    /// <inheritdoc/>
    public async Task<TakenPushes> ReadAsync(EventRequest request, CancellationToken cancellationToken)
    {
        var taken = new TakenPushes();
        await pushes.AddAsync(AcrWebhook.Read(request.Body), request.Registry, taken, cancellationToken);
        return taken;
    }
}
