using Kritis.Events.ServiceDefaults.Settings;

namespace Kritis.Events.Verifier.Tls.Own;

/// <summary>
/// The webhook's own certificate where none is given and no API server is there to share one through: kept in a folder, with the authorities
/// for the webhook configuration's <c>caBundle</c> in <c>ca.crt</c>. A person carries that file to the API server, so the next certificate is
/// made when a third of this one's life is left, and is shown when a day of it is.
/// </summary>
internal sealed class OwnCertificate(string folder, CertificateNeeds needs)
{
    private readonly CertificateFiles _files = new(folder);
    private CertificateStock? _held;

    /// <summary>Where the authorities are that callers must trust.</summary>
    public string AuthorityFile => _files.Authority;

    /// <summary>Reads the folder, makes, renews and writes what has to be.</summary>
    /// <returns>What is to be shown, and whether a next certificate was put beside it.</returns>
    /// <exception cref="SettingException">The folder cannot be read or written.</exception>
    public (ServingCertificate Certificate, bool HasNew) LoadOrMake(DateTimeOffset now)
    {
        try
        {
            var found = _files.Read();
            var change = CertificatePlan.For(found, _held, [], needs, isTrusted: _ => false, now);
            if (change is not null)
            {
                _files.Save(change.Stock);
            }

            _held = change?.Stock ?? found.Stock!;
            var prepared = change?.Step is CertificateStep.Prepared or CertificateStep.Restored;
            return (new ServingCertificate(_held.Current.Leaf, []) { Origin = $"the certificate in {folder}", AuthorityFile = _files.Authority }, prepared);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SettingException("Data:Path", $"'{folder}' cannot hold a certificate ({failure.Message})", "a folder this process may write to");
        }
    }
}
