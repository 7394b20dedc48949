using Kritis.Events.ServiceDefaults.Settings;

namespace Kritis.Events.Verifier.Tls.Own;

/// <summary>Renews the webhook's own certificate while the service runs.</summary>
internal sealed partial class OwnCertificateRenewal(
    OwnCertificate own, CertificateInForce inForce, CertificateNeeds needs, TimeProvider time, ILogger<OwnCertificateRenewal> logger) : BackgroundService
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);
    private string? _told;

    /// <summary>Looks whether there is something to renew or to show.</summary>
    internal void Look()
    {
        try
        {
            var (certificate, hasNew) = own.LoadOrMake(time.GetUtcNow());
            if (hasNew)
            {
                Log.Prepared(logger, own.AuthorityFile, certificate.Until - needs.LastMoment);
            }

            inForce.Show(certificate);
            _told = null;
        }
        catch (SettingException unusable) when (unusable.Message == _told)
        {
            // Told already.
        }
        catch (SettingException unusable)
        {
            _told = unusable.Message;
            Log.Failed(logger, unusable.Message);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(needs.Lifetime / 30 < Longest ? needs.Lifetime / 30 : Longest, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            Look();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning,
            Message = "The webhook's next certificate is ready and will be shown from {From:u} on; until then the caBundle of the webhook configuration must be {Authority}, which now holds both authorities.")]
        public static partial void Prepared(ILogger logger, string authority, DateTimeOffset from);

        [LoggerMessage(Level = LogLevel.Error, Message = "The webhook's certificate cannot be renewed: {Problem}. The last one stays in force.")]
        public static partial void Failed(ILogger logger, string problem);
    }
}
