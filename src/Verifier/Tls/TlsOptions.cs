using Kritis.Events.ServiceDefaults.Settings;

namespace Kritis.Events.Verifier.Tls;

/// <summary>Section <c>Tls</c>.</summary>
internal sealed record TlsOptions
{
    /// <summary>PEM file of the webhook's certificate, its chain behind it.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>PEM file of its private key, not readable for everybody.</summary>
    public string? KeyFile { get; init; }

    /// <summary>Further names for the certificate that is made where none is given, for example <c>kritis-verifier.kritis.svc</c>.</summary>
    public IReadOnlyList<string> DnsNames { get; init; } = [];

    /// <exception cref="SettingException">Only one of the two files is named, or a name is no DNS name.</exception>
    public static TlsOptions From(IConfiguration configuration)
    {
        var options = configuration.GetSection("Tls").Get<TlsOptions>() ?? new TlsOptions();
        if (string.IsNullOrEmpty(options.CertificateFile) != string.IsNullOrEmpty(options.KeyFile))
        {
            var (set, missing) = string.IsNullOrEmpty(options.KeyFile) ? ("Tls:CertificateFile", "Tls:KeyFile") : ("Tls:KeyFile", "Tls:CertificateFile");
            throw new SettingException(set, $"is set, but {missing} is not", "both, or none");
        }

        for (var position = 0; position < options.DnsNames.Count; position++)
        {
            var name = options.DnsNames[position];
            if (Uri.CheckHostName(name) is not (UriHostNameType.Dns or UriHostNameType.IPv4 or UriHostNameType.IPv6) || name.Length > 253)
            {
                throw new SettingException($"Tls:DnsNames:{position}", "is no DNS name or IP address", "a name such as kritis-verifier.kritis.svc");
            }
        }

        return options;
    }
}
