using System.Globalization;
using System.Net;
using Kritis.Events.Cli.EmbeddedRegistry.Manifests;

namespace Kritis.Events.Cli.EmbeddedRegistry.Notifications;

/// <summary>Says of a push what CNCF Distribution would say of it.</summary>
internal sealed class EnvelopeFactory(TimeProvider time)
{
    private readonly string _instance = NewId();

    public Envelope OfPush(HttpContext context, PushedManifest pushed) => new([
        new RegistryEvent(
            NewId(), time.GetUtcNow().UtcDateTime, "push", TargetOf(context.Request, pushed), RequestOf(context), new EventActor(),
            new EventSource(string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName}:{context.Connection.LocalPort}"), _instance)),
    ]);

    private static EventTarget TargetOf(HttpRequest request, PushedManifest pushed)
    {
        var references = pushed.Document.References.Select(reference => reference.Descriptor).ToList();
        return new EventTarget(
            pushed.Document.MediaType,
            pushed.Bytes.Length,
            pushed.Digest,
            pushed.Bytes.Length,
            pushed.Repository.Value,
            $"{request.Scheme}://{request.Host}{request.PathBase}/v2/{pushed.Repository}/manifests/{pushed.Digest}",
            pushed.Tag?.Value,
            references.Count == 0 ? null : references);
    }

    private static EventRequest RequestOf(HttpContext context)
    {
        var connection = context.Connection;
        var address = connection.RemoteIpAddress is { } ip ? new IPEndPoint(ip, connection.RemotePort).ToString() : "";
        return new EventRequest(NewId(), address, context.Request.Host.Value ?? "", context.Request.Method, context.Request.Headers.UserAgent.ToString());
    }

    private static string NewId() => Guid.NewGuid().ToString("D");
}
