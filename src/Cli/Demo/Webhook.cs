using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;

namespace Kritis.Events.Cli.Demo;

/// <summary>Asks the verifier as an API server does: an AdmissionReview over HTTPS, its certificate checked against the given authority.</summary>
internal sealed class Webhook : IDisposable
{
    private const string Name = "kritis-validation-hook-deployments.grafeas.io";
    private readonly HttpClient _http;
    private readonly Uri _url;

    public Webhook(Uri url, X509Certificate2 authority)
    {
        _url = url;
        var chain = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        _ = chain.CustomTrustStore.Add(authority);
        _http = new HttpClient(new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = chain },
        });
    }

    /// <summary>What <c>kubectl create deployment</c> would print for the webhook's answer.</summary>
    public async Task<string> CreateDeploymentAsync(string ns, string name, string image, CancellationToken cancellationToken)
    {
        using var body = new StringContent(Review(ns, name, image), Encoding.UTF8, "application/json");
        using var answer = await _http.PostAsync(_url, body, cancellationToken);
        _ = answer.EnsureSuccessStatusCode();
        using var review = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancellationToken));
        var response = review.RootElement.GetProperty("response");
        return response.GetProperty("allowed").GetBoolean()
            ? $"deployment.apps/{name} created"
            : $"admission webhook \"{Name}\" denied the request: {response.GetProperty("status").GetProperty("message").GetString()}";
    }

    public static string Denied(string image) => $"admission webhook \"{Name}\" denied the request: image {image} is not attested";

    public static string Created(string name) => $"deployment.apps/{name} created";

    public void Dispose() => _http.Dispose();

    private static string Review(string ns, string name, string image)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("kind", "AdmissionReview");
            json.WriteString("apiVersion", "admission.k8s.io/v1");
            json.WriteStartObject("request");
            json.WriteString("uid", Guid.NewGuid().ToString());
            json.WritePropertyName("kind");
            json.WriteRawValue("""{"group":"apps","version":"v1","kind":"Deployment"}""");
            json.WritePropertyName("resource");
            json.WriteRawValue("""{"group":"apps","version":"v1","resource":"deployments"}""");
            json.WriteString("name", name);
            json.WriteString("namespace", ns);
            json.WriteString("operation", "CREATE");
            json.WritePropertyName("userInfo");
            json.WriteRawValue("""{"username":"kubernetes-admin","groups":["system:masters","system:authenticated"]}""");
            json.WritePropertyName("object");
            WriteDeployment(json, ns, name, image);
            json.WriteNull("oldObject");
            json.WriteBoolean("dryRun", false);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static void WriteDeployment(Utf8JsonWriter json, string ns, string name, string image)
    {
        json.WriteStartObject();
        json.WriteString("kind", "Deployment");
        json.WriteString("apiVersion", "apps/v1");
        json.WriteStartObject("metadata");
        json.WriteString("name", name);
        json.WriteString("namespace", ns);
        json.WriteEndObject();
        json.WriteStartObject("spec");
        json.WriteNumber("replicas", 1);
        json.WriteStartObject("template");
        json.WriteStartObject("spec");
        json.WriteStartArray("containers");
        json.WriteStartObject();
        json.WriteString("name", "main");
        json.WriteString("image", image);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
