using System.Text;

namespace Kritis.Events.Servers;

/// <summary>The file that tells a client of Kubernetes where the API server is, whom to trust, and who it is itself.</summary>
internal static class Kubeconfig
{
    public static string With(Uri url, string authority, CertificateAndKey client) =>
        For(url, authority, $"client-certificate-data: {Base64(client.Certificate)}, client-key-data: {Base64(client.Key)}");

    public static string With(Uri url, string authority, string token) => For(url, authority, $"token: {token}");

    private static string For(Uri url, string authority, string user) => $$"""
        apiVersion: v1
        kind: Config
        clusters:
          - { name: kritis, cluster: { server: "{{url.GetLeftPart(UriPartial.Authority)}}", certificate-authority-data: {{Base64(authority)}} } }
        users:
          - { name: kritis, user: { {{user}} } }
        contexts:
          - { name: kritis, context: { cluster: kritis, user: kritis } }
        current-context: kritis

        """;

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
