using Kritis.Events.Contracts.Images;
using Kritis.Events.ServiceDefaults.Settings;

namespace Kritis.Events.Verifier.Tls;

/// <summary>Section <c>Tls</c>.</summary>
internal sealed record TlsOptions
{
    private static readonly TimeSpan ShortestLifetime = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestLifetime = TimeSpan.FromDays(730);

    /// <summary>PEM file of the webhook's certificate, its chain behind it.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>PEM file of its private key, not readable for everybody.</summary>
    public string? KeyFile { get; init; }

    /// <summary>Further names for the certificate that is made where none is given, for example <c>verifier.example.com</c>.</summary>
    public IReadOnlyList<string> DnsNames { get; init; } = [];

    /// <summary>The Secret in which the verifiers of a cluster share the certificate that they make.</summary>
    public string Secret { get; init; } = "kritis-verifier-tls";

    /// <summary>The Kubernetes service through which API servers call the webhook.</summary>
    public string ServiceName { get; init; } = "kritis-verifier";

    /// <summary>How long a certificate that is made is valid; null for 90 days in a cluster, 365 elsewhere. From 30 s (for tests) to 730 days.</summary>
    public TimeSpan? CertificateLifetime { get; init; }

    /// <summary>PEM file of the authorities whose client certificates callers of the webhook must show; null where none is asked for.</summary>
    public string? ClientCertificateAuthorityFile { get; init; }

    /// <summary>The subject common names and DNS names of which a client certificate must have one; empty for any.</summary>
    public IReadOnlyList<string> ClientCertificateNames { get; init; } = [];

    /// <exception cref="SettingException">A value is wrong.</exception>
    public static TlsOptions From(IConfiguration configuration)
    {
        var options = configuration.GetSection("Tls").Get<TlsOptions>() ?? new TlsOptions();
        options.CheckFiles();
        options.CheckNames();
        options.CheckClients();
        return options.CertificateLifetime is { } lifetime && (lifetime < ShortestLifetime || lifetime > LongestLifetime)
            ? throw new SettingException("Tls:CertificateLifetime", $"is {lifetime}", $"{ShortestLifetime} to {LongestLifetime}, for example 90.00:00:00")
            : options;
    }

    private void CheckFiles()
    {
        if (string.IsNullOrEmpty(CertificateFile) != string.IsNullOrEmpty(KeyFile))
        {
            var (set, missing) = string.IsNullOrEmpty(KeyFile) ? ("Tls:CertificateFile", "Tls:KeyFile") : ("Tls:KeyFile", "Tls:CertificateFile");
            throw new SettingException(set, $"is set, but {missing} is not", "both, or none");
        }
    }

    private void CheckNames()
    {
        for (var position = 0; position < DnsNames.Count; position++)
        {
            var name = DnsNames[position];
            if (Uri.CheckHostName(name) is not (UriHostNameType.Dns or UriHostNameType.IPv4 or UriHostNameType.IPv6) || name.Length > 253)
            {
                throw new SettingException($"Tls:DnsNames:{position}", "is no DNS name or IP address", "a name such as kritis-verifier.kritis.svc");
            }
        }

        if (!KubernetesName.IsObject(Secret))
        {
            throw new SettingException("Tls:Secret", $"is '{Excerpt.Of(Secret)}'", "a Secret's name");
        }

        if (!KubernetesName.IsService(ServiceName))
        {
            throw new SettingException("Tls:ServiceName", $"is '{Excerpt.Of(ServiceName)}'", "a Service's name");
        }
    }

    private void CheckClients()
    {
        if (ClientCertificateNames.Count > 0 && string.IsNullOrEmpty(ClientCertificateAuthorityFile))
        {
            throw new SettingException("Tls:ClientCertificateNames", "is set, but Tls:ClientCertificateAuthorityFile is not", "both, or none");
        }

        if (ClientCertificateNames.Any(string.IsNullOrWhiteSpace))
        {
            throw new SettingException("Tls:ClientCertificateNames", "holds an empty name", "subject common names or DNS names");
        }
    }
}
