namespace Kritis.Events.Verifier.Tls;

/// <summary>Says at start what callers must trust.</summary>
internal sealed partial class CertificateNotice(ServingCertificate certificate, ILogger<CertificateNotice> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var until = certificate.Leaf.NotAfter.ToUniversalTime();
        if (certificate.AuthorityFile is { } authority)
        {
            Log.Own(logger, authority, until);
        }
        else
        {
            Log.Given(logger, until);
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information,
            Message = "The webhook shows a certificate of its own, valid until {Until:u}; the caBundle of the webhook configuration is {Authority}.")]
        public static partial void Own(ILogger logger, string authority, DateTime until);

        [LoggerMessage(Level = LogLevel.Information, Message = "The webhook shows the certificate of Tls:CertificateFile, valid until {Until:u}.")]
        public static partial void Given(ILogger logger, DateTime until);
    }
}
