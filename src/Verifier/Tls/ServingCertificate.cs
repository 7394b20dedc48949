using System.Security.Cryptography.X509Certificates;

namespace Kritis.Events.Verifier.Tls;

/// <summary>What the webhook shows its callers.</summary>
/// <param name="Leaf">The certificate, with its private key.</param>
/// <param name="Chain">The certificates between it and the authority.</param>
internal sealed record ServingCertificate(X509Certificate2 Leaf, X509Certificate2Collection Chain)
{
    /// <summary>Where it is from, as the log says it, for example <c>the certificate of Tls:CertificateFile</c>.</summary>
    public required string Origin { get; init; }

    /// <summary>The file of the authority that was made for it; null where there is none.</summary>
    public string? AuthorityFile { get; init; }

    /// <summary>Whether it only stands in until the real one is known: probes get their answers, and no API server trusts it.</summary>
    public bool IsStandIn { get; init; }

    /// <summary>When it ends.</summary>
    public DateTimeOffset Until => Leaf.NotAfter.ToUniversalTime();
}
