namespace Kritis.Events.Verifier.Tls.Own;

/// <summary>What was found where certificates are kept.</summary>
internal sealed record StockReading
{
    /// <summary>Nothing is there.</summary>
    public static StockReading Nothing { get; } = new() { Problem = "is not there" };

    /// <summary>The certificates; null where there are none, or they are damaged.</summary>
    public CertificateStock? Stock { get; init; }

    /// <summary>Why there are none; null where there are.</summary>
    public string? Problem { get; init; }

    /// <summary>The authorities that could be read, even where the certificates could not.</summary>
    public Authorities Authorities { get; init; } = Authorities.None;

    /// <summary>Reads the entries of a folder or a Secret.</summary>
    /// <param name="entry">The content of an entry; null where it is not there.</param>
    public static StockReading Of(Func<string, string?> entry)
    {
        var authorities = Authorities.Read(entry(CertificateStock.AuthoritiesEntry));
        var current = IssuedCertificate.Read(entry(CertificateStock.CertificateEntry), entry(CertificateStock.KeyEntry));
        var next = IssuedCertificate.Read(entry(CertificateStock.NextCertificateEntry), entry(CertificateStock.NextKeyEntry));
        if (current is null && next is null)
        {
            return new StockReading { Problem = "holds no certificate with its key that can be read", Authorities = authorities };
        }

        return new StockReading
        {
            Authorities = authorities,

            // A verifier that ended while it put the next one into force leaves a pair that does not match, or the next one twice.
            Stock = new CertificateStock
            {
                Current = current ?? next!,
                Next = current is null || current.Leaf.Thumbprint == next?.Leaf.Thumbprint ? null : next,
                Authorities = authorities,
            },
        };
    }
}
