using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Kritis.Events.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace Kritis.Events.EndToEnd.Kubernetes;

/// <summary>A mutating webhook that puts a sidecar into every Pod, as service meshes do.</summary>
internal sealed class InjectingWebhook : IAsyncDisposable
{
    public const string Name = "injector";
    private readonly TestAuthority _authority = new("injector");
    private readonly Uri _url = new($"https://127.0.0.1:{FreePorts.Next()}");
    private readonly string _image;
    private WebApplication? _app;
    private int _asked;

    private InjectingWebhook(string image) => _image = image;

    public int Asked => Volatile.Read(ref _asked);

    public static async Task<InjectingWebhook> StartAsync(string image, CancellationToken cancellationToken)
    {
        var injector = new InjectingWebhook(image);
        var builder = WebApplication.CreateSlimBuilder();
        _ = builder.Logging.ClearProviders();
        _ = builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.ListenLocalhost(injector._url.Port, listen =>
            listen.UseHttps(new HttpsConnectionAdapterOptions { ServerCertificate = injector.Certificate() })));
        injector._app = builder.Build();
        _ = injector._app.MapPost("/", injector.InjectAsync);
        await injector._app.StartAsync(cancellationToken);
        return injector;
    }

    public string Configuration(string label) => $$"""
        apiVersion: admissionregistration.k8s.io/v1
        kind: MutatingWebhookConfiguration
        metadata: { name: {{Name}} }
        webhooks:
          - name: injector.example.com
            clientConfig: { url: "{{_url}}", caBundle: {{Convert.ToBase64String(Encoding.ASCII.GetBytes(_authority.Certificate))}} }
            rules: [{ apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods] }]
            namespaceSelector: { matchLabels: { {{label}}: "yes" } }
            admissionReviewVersions: [v1]
            sideEffects: None
        """;

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }

        _authority.Dispose();
    }

    private X509Certificate2 Certificate() =>
        _authority.Server("injector", ["localhost"], [global::System.Net.IPAddress.Loopback]).Load();

    private async Task InjectAsync(HttpContext context)
    {
        _ = Interlocked.Increment(ref _asked);
        var review = await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
        var patch = $$$"""[{"op":"add","path":"/spec/containers/-","value":{"name":"sidecar","image":"{{{_image}}}"}}]""";
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(new JsonObject
        {
            ["apiVersion"] = "admission.k8s.io/v1",
            ["kind"] = "AdmissionReview",
            ["response"] = new JsonObject
            {
                ["uid"] = review!["request"]!["uid"]!.GetValue<string>(),
                ["allowed"] = true,
                ["patchType"] = "JSONPatch",
                ["patch"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(patch)),
            },
        }.ToJsonString(), context.RequestAborted);
    }
}
