namespace Kritis.Events.Verifier.Tls.Own;

/// <summary>What a certificate that verifiers make for themselves must be.</summary>
/// <param name="Names">The DNS names and addresses it must be for.</param>
/// <param name="Lifetime">How long one is valid.</param>
internal sealed record CertificateNeeds(IReadOnlyList<string> Names, TimeSpan Lifetime)
{
    // A certificate from further in the future is one that a machine with a wrong clock made. Closer is a matter of clocks, and
    // replacing it would only start a quarrel between two machines.
    private static readonly TimeSpan Future = TimeSpan.FromDays(1);

    /// <summary>Whether verifiers that are set up differently may share it for a while: then it is for the names that any of them needs.</summary>
    public bool IsShared { get; init; }

    /// <summary>How much life is left when the next certificate is made.</summary>
    public TimeSpan Renewal => Lifetime / 3;

    /// <summary>How long API servers must have been told to trust the next certificate before it is shown; each has to hear of it.</summary>
    public TimeSpan TrustDelay => Shorter(TimeSpan.FromMinutes(1), Lifetime / 12);

    /// <summary>How much life is left when the next certificate is shown in any case, for the one before is of no use any more.</summary>
    public TimeSpan LastMoment => Shorter(TimeSpan.FromDays(1), Lifetime / 12);

    /// <summary>Why a certificate does not do; null where it does.</summary>
    public string? ProblemWith(IssuedCertificate certificate, Authorities authorities, DateTimeOffset now)
    {
        if (certificate.Until <= now)
        {
            return $"expired at {certificate.Until:u}";
        }

        if (certificate.Leaf.NotBefore.ToUniversalTime() > now + Future)
        {
            return $"is valid only from {certificate.Leaf.NotBefore.ToUniversalTime():u} on";
        }

        if (Names.FirstOrDefault(name => !certificate.IsFor(name)) is { } missing)
        {
            return $"is not for {missing}";
        }

        return authorities.IssuerOf(certificate) is null ? "was issued by no authority of ca.crt" : null;
    }

    /// <summary>The names that a certificate which takes the place of another is made for.</summary>
    public IEnumerable<string> NamesAfter(IssuedCertificate? before) => IsShared && before is not null ? Names.Concat(before.Names) : Names;

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
