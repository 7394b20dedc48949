using Kritis.Events.Cli.EmbeddedRegistry.Manifests;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Cli.EmbeddedRegistry.Notifications;

/// <summary>A notification's body, as CNCF Distribution 2.8 sends it ("Work with notifications").</summary>
internal sealed record Envelope(IReadOnlyList<RegistryEvent> Events)
{
    public const string ContentType = "application/vnd.docker.distribution.events.v1+json";
}

/// <summary>One event of an envelope.</summary>
internal sealed record RegistryEvent(
    string Id, DateTime Timestamp, string Action, EventTarget Target, EventRequest Request, EventActor Actor, EventSource Source);

/// <summary>What was pushed. <paramref name="Size"/> and <paramref name="Length"/> are both the manifest's bytes.</summary>
internal sealed record EventTarget(
    string MediaType,
    long Size,
    Digest Digest,
    long Length,
    string Repository,
    string Url,
    string? Tag = null,
    IReadOnlyList<Descriptor>? References = null);

/// <summary>The request that pushed it.</summary>
internal sealed record EventRequest(string Id, string Addr, string Host, string Method, string Useragent);

/// <summary>Who pushed it: nobody is known here, and Distribution without authentication says the same.</summary>
internal sealed record EventActor;

/// <summary>The registry's process.</summary>
internal sealed record EventSource(string Addr, string InstanceID);
