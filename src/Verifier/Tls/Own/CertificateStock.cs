namespace Kritis.Events.Verifier.Tls.Own;

/// <summary>
/// What is kept, in a folder or in a Secret: the certificate in force (<c>tls.crt</c>, <c>tls.key</c>), while a renewal is under way the one
/// that comes after it (<c>next.crt</c>, <c>next.key</c>), and the authorities of both (<c>ca.crt</c>).
/// </summary>
internal sealed record CertificateStock
{
    public const string CertificateEntry = "tls.crt";
    public const string KeyEntry = "tls.key";
    public const string NextCertificateEntry = "next.crt";
    public const string NextKeyEntry = "next.key";
    public const string AuthoritiesEntry = "ca.crt";

    /// <summary>The certificate in force.</summary>
    public required IssuedCertificate Current { get; init; }

    /// <summary>The certificate that is shown once callers trust its authority; null while no renewal is under way.</summary>
    public IssuedCertificate? Next { get; init; }

    /// <summary>Whom callers must trust.</summary>
    public required Authorities Authorities { get; init; }

    /// <summary>
    /// The entries in the order in which they are written; null for one that is not there. Every moment of that order can be read again:
    /// certificates that come next are there until what took their place is.
    /// </summary>
    public IReadOnlyList<(string Name, string? Content)> Entries =>
    [
        (AuthoritiesEntry, Authorities.Pem),
        (KeyEntry, Current.Key),
        (CertificateEntry, Current.Certificate),
        (NextKeyEntry, Next?.Key),
        (NextCertificateEntry, Next?.Certificate),
    ];
}
