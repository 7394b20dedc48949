using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Kritis.Events.Attestations.Payloads;
using Kritis.Events.Cli.Tests.Testing;
using Kritis.Events.Contracts.Images;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Kritis.Events.Cli.Tests.Verify;

/// <summary>A registry that holds what a test attached to one image, or answers as the test tells it to.</summary>
internal sealed class AttachmentRegistry : IAsyncDisposable
{
    private const string SimpleSigning = "application/vnd.dev.cosign.simplesigning.v1+json";
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, byte[]> _blobs = new();
    private readonly JsonArray _layers = [];

    private AttachmentRegistry(WebApplication app) => _app = app;

    /// <summary>Answers instead of the registry where it returns true.</summary>
    public Func<HttpContext, Task<bool>> Script { get; set; } = _ => Task.FromResult(false);

    public ConcurrentQueue<string> Authorizations { get; } = new();

    public string Host => new Uri(_app.Urls.First()).Authority;

    public Image Image => new(Host, "team/app", Digest.Of("the image"u8));

    public string Tag => $"sha256-{Image.Digest.Hex}.sig";

    public static async Task<AttachmentRegistry> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(kestrel => kestrel.Limits.MinResponseDataRate = null);
        builder.Logging.ClearProviders();
        var registry = new AttachmentRegistry(builder.Build());
        registry._app.Run(registry.AnswerAsync);
        await registry._app.StartAsync();
        return registry;
    }

    /// <summary>Attaches a witness's signature.</summary>
    public AttachmentRegistry Attach(WitnessPair witness, Image? image = null) => Attach(witness, SimpleSigningPayload.Create(image ?? Image, witness.Name));

    public AttachmentRegistry Attach(WitnessPair witness, byte[] payload) => AttachLayer(payload, Convert.ToBase64String(witness.Sign(payload)));

    public AttachmentRegistry AttachLayer(byte[] payload, string? signature, string mediaType = SimpleSigning, string? digest = null, string? keyFingerprint = null)
    {
        var named = digest ?? Digest.Of(payload).ToString();
        _blobs[named] = payload;
        var annotations = new JsonObject();
        if (signature is not null)
        {
            annotations["dev.cosignproject.cosign/signature"] = signature;
        }

        if (keyFingerprint is not null)
        {
            annotations["events.kritis/key-fingerprint"] = keyFingerprint;
        }

        _layers.Add(new JsonObject { ["mediaType"] = mediaType, ["size"] = payload.Length, ["digest"] = named, ["annotations"] = annotations });
        return this;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        Authorizations.Enqueue(context.Request.Headers.Authorization.ToString());
        if (await Script(context))
        {
            return;
        }

        var path = context.Request.Path.Value!;
        if (path == $"/v2/team/app/manifests/{Tag}" && _layers.Count > 0)
        {
            context.Response.ContentType = "application/vnd.oci.image.manifest.v1+json";
            await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(new JsonObject { ["schemaVersion"] = 2, ["layers"] = _layers.DeepClone() }.ToJsonString()));
        }
        else if (path.StartsWith("/v2/team/app/blobs/", StringComparison.Ordinal) && _blobs.TryGetValue(path.Split('/')[^1], out var blob))
        {
            await context.Response.Body.WriteAsync(blob);
        }
        else
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
        }
    }
}
