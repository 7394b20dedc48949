namespace Kritis.Events.Verifier.Tls;

/// <summary>Says at start what callers must trust, and once a certificate has ended that it has: it goes on being shown, for there is none better.</summary>
internal sealed partial class CertificateNotice(CertificateInForce inForce, TimeProvider time, ILogger<CertificateNotice> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);
    private string? _told;

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        var certificate = inForce.Certificate;
        if (certificate.AuthorityFile is { } authority)
        {
            Log.Own(logger, authority, certificate.Until);
        }
        else if (!certificate.IsStandIn)
        {
            Log.Shown(logger, certificate.Origin, certificate.Until);
        }

        return base.StartAsync(cancellationToken);
    }

    /// <summary>Says that the certificate in force has ended, where it has and that was not said.</summary>
    internal void Look()
    {
        var certificate = inForce.Certificate;
        if (certificate.Until <= time.GetUtcNow() && !certificate.IsStandIn && _told != certificate.Leaf.Thumbprint)
        {
            _told = certificate.Leaf.Thumbprint;
            Log.Ended(logger, certificate.Origin, certificate.Until);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            Look();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information,
            Message = "The webhook shows a certificate of its own, valid until {Until:u}; the caBundle of the webhook configuration is {Authority}.")]
        public static partial void Own(ILogger logger, string authority, DateTimeOffset until);

        [LoggerMessage(Level = LogLevel.Information, Message = "The webhook shows {Origin}, valid until {Until:u}.")]
        public static partial void Shown(ILogger logger, string origin, DateTimeOffset until);

        [LoggerMessage(Level = LogLevel.Error,
            Message = "The webhook shows {Origin}, which ended at {Until:u}: API servers refuse it, and with it every admission, until there is another one.")]
        public static partial void Ended(ILogger logger, string origin, DateTimeOffset until);
    }
}
