namespace Kritis.Events.Signer.Intake.Acr;

/// <summary><c>POST /events/eventbridge</c>: Container Registry's events as EventBridge delivers them.</summary>
internal sealed class EventBridgeIntake(AcrPushes pushes) : IPushReader
{
    /// <summary>Where it is found.</summary>
    public const string Path = "/events/eventbridge";

    /// <inheritdoc/>
    public IReadOnlyList<string> MediaTypes => CloudEventReader.MediaTypes;

    /// <inheritdoc/>
    public async Task<TakenPushes> ReadAsync(EventRequest request, CancellationToken cancellationToken)
    {
        var taken = new TakenPushes();
        foreach (var (push, ignored) in CloudEventReader.Read(request.Body, request.Headers))
        {
            if (push is null)
            {
                taken.Ignore(ignored!);
                continue;
            }

            await pushes.AddAsync(push, request.Registry, taken, cancellationToken);
        }

        return taken;
    }
}
