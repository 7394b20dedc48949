using Microsoft.Extensions.Options;

namespace Kritis.Events.Signer.Intake;

/// <summary>Says at start how the intake is guarded where that is less than it could be.</summary>
internal sealed partial class IntakeStart(IOptions<IntakeOptions> options, ILogger<IntakeStart> logger) : IHostedService
{
    private const int FewestCharacters = 16;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (!options.Value.HasToken)
        {
            Log.NoToken(logger);
        }
        else if (options.Value.Token!.Trim().Length < FewestCharacters)
        {
            Log.ShortToken(logger, FewestCharacters);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Intake:Token is not set: only registries on this machine can send events.")]
        public static partial void NoToken(ILogger logger);

        [LoggerMessage(LogLevel.Warning, "Intake:Token has fewer than {Fewest} characters and can be guessed; use a longer one.")]
        public static partial void ShortToken(ILogger logger, int fewest);
    }
}
