using System.Net.Security;
using System.Security.Authentication;

namespace Kritis.Events.Benchmarks.Endpoint;

/// <summary>TLS 1.3 to a server whose certificate this run made itself.</summary>
internal static class LoadTls
{
    public static SslClientAuthenticationOptions Options(Uri target, SslApplicationProtocol protocol) => new()
    {
        TargetHost = target.Host,
        EnabledSslProtocols = SslProtocols.Tls13,
        ApplicationProtocols = [protocol],
#pragma warning disable CA5359 // The certificate was made for this run, and handshakes are not what is measured.
        RemoteCertificateValidationCallback = (_, _, _, _) => true,
#pragma warning restore CA5359
    };
}
