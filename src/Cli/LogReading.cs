using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Attestations.Resources.Kubernetes;
using Kritis.Events.Contracts;

namespace Kritis.Events.Cli;

/// <summary>Reads the resources and the attestation log as they stand, for commands that then know what a service would know.</summary>
internal static class LogReading
{
    /// <summary>How long the API server or the log may be silent unless a command says otherwise.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Starts the command's services and reads the log to its end, however long that is as long as records come.</summary>
    /// <exception cref="StartRefusedException">Nothing comes for <paramref name="patience"/>.</exception>
    public static async Task ReadLogAsync(this WebApplication app, TimeSpan patience, CancellationToken cancellationToken)
    {
        await app.StartAsync(cancellationToken);
        await ReadResourcesAsync(app, patience, cancellationToken);
        var follower = app.Services.GetRequiredService<IndexFollower>();
        for (var before = -1L; follower.Read > before;)
        {
            before = follower.Read;
            try
            {
                await follower.CaughtUp.WaitAsync(patience, cancellationToken);
                return;
            }
            catch (TimeoutException)
            {
                // As long as records come it is only long.
            }
        }

        throw new StartRefusedException($"the attestation log could not be read: nothing came for {patience.TotalSeconds:0} s{(follower.Problem is { } problem ? $": {problem}" : "")}");
    }

    private static async Task ReadResourcesAsync(WebApplication app, TimeSpan patience, CancellationToken cancellationToken)
    {
        try
        {
            await app.Services.GetRequiredService<IResourceSource>().FirstRead.WaitAsync(patience, cancellationToken);
        }
        catch (TimeoutException)
        {
            var waiting = app.Services.GetService<ClusterResources>()?.Waiting ?? [];
            throw new StartRefusedException($"the resources could not be read within {patience.TotalSeconds:0} s: {string.Join("; ", waiting)}");
        }
    }
}
