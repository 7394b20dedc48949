using System.Security.Cryptography.X509Certificates;

namespace Kritis.Events.Verifier.Tls.Own;

/// <summary>
/// What has to be written where certificates are kept. A renewal takes two steps, so that no caller who trusts only the authority before ever
/// meets a certificate by the new one: first the next certificate is put beside the one in force and its authority into <c>ca.crt</c>; once
/// callers trust that, it takes the other's place. The authority before stays until it ends, for whoever still shows its certificate.
/// </summary>
internal static class CertificatePlan
{
    /// <param name="found">What is kept.</param>
    /// <param name="held">What this verifier knew last; null where it knows nothing yet.</param>
    /// <param name="known">Further authorities that callers trust now.</param>
    /// <param name="needs">What a certificate must be.</param>
    /// <param name="isTrusted">Whether callers are known to trust an authority.</param>
    /// <param name="now">The time.</param>
    /// <returns>Null where everything is as it should be.</returns>
    public static PlannedChange? For(
        StockReading found,
        CertificateStock? held,
        IEnumerable<X509Certificate2> known,
        CertificateNeeds needs,
        Func<X509Certificate2, bool> isTrusted,
        DateTimeOffset now)
    {
        var problem = found.Stock is { } stock ? needs.ProblemWith(stock.Current, stock.Authorities, now) : found.Problem;
        if (problem is null)
        {
            return Renew(found.Stock!, needs, isTrusted, now);
        }

        // Whoever is being shown the one that is held goes on trusting it while the next one comes.
        return held is not null && needs.ProblemWith(held.Current, held.Authorities, now) is null
            ? new PlannedChange(Prepare(held, needs, now), CertificateStep.Restored, problem)
            : new PlannedChange(Start(found, known, needs, now), CertificateStep.Made, problem);
    }

    private static PlannedChange? Renew(CertificateStock stock, CertificateNeeds needs, Func<X509Certificate2, bool> isTrusted, DateTimeOffset now)
    {
        if (stock.Next is not { } next || needs.ProblemWith(next, stock.Authorities, now) is not null)
        {
            return stock.Next is not null || stock.Current.Until - now <= needs.Renewal
                ? new PlannedChange(Prepare(stock, needs, now), CertificateStep.Prepared)
                : null;
        }

        return isTrusted(stock.Authorities.IssuerOf(next)!) || stock.Current.Until - now <= needs.LastMoment
            ? new PlannedChange(Promote(stock, next, now), CertificateStep.Renewed)
            : null;
    }

    private static CertificateStock Prepare(CertificateStock stock, CertificateNeeds needs, DateTimeOffset now)
    {
        if (stock.Next is { } good && needs.ProblemWith(good, stock.Authorities, now) is null)
        {
            return stock;
        }

        var (next, authority) = CertificateIssuer.Issue(needs.NamesAfter(stock.Next), needs.Lifetime, now);
        var issuer = stock.Authorities.IssuerOf(stock.Current)!;
        return stock with { Next = next, Authorities = Authorities.Of([issuer, authority, .. stock.Authorities.All], now) };
    }

    private static CertificateStock Promote(CertificateStock stock, IssuedCertificate next, DateTimeOffset now) => new()
    {
        Current = next,
        Authorities = Authorities.Of([stock.Authorities.IssuerOf(next)!, .. stock.Authorities.All], now),
    };

    private static CertificateStock Start(StockReading found, IEnumerable<X509Certificate2> known, CertificateNeeds needs, DateTimeOffset now)
    {
        var (current, authority) = CertificateIssuer.Issue(needs.NamesAfter(found.Stock?.Current), needs.Lifetime, now);
        return new CertificateStock { Current = current, Authorities = Authorities.Of([authority, .. found.Authorities.All, .. known], now) };
    }
}

/// <summary>A change of what is kept.</summary>
/// <param name="Stock">What is to be kept from now on.</param>
/// <param name="Step">What the change is.</param>
/// <param name="Problem">What was wrong with what was kept before, where something was.</param>
internal sealed record PlannedChange(CertificateStock Stock, CertificateStep Step, string? Problem = null);

/// <summary>The steps of a certificate's life.</summary>
internal enum CertificateStep
{
    /// <summary>There was none, or none that was of use: another one is in force at once.</summary>
    Made,

    /// <summary>What was kept was lost or damaged: the certificate in force was written again, with the next one beside it.</summary>
    Restored,

    /// <summary>The next one was put beside the one in force.</summary>
    Prepared,

    /// <summary>The next one took its place.</summary>
    Renewed,
}
