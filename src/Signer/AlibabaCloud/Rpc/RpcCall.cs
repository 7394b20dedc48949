using System.Text.Json;

namespace Kritis.Events.Signer.AlibabaCloud.Rpc;

/// <summary>What a service is asked for.</summary>
internal sealed record RpcCall
{
    /// <summary>The service.</summary>
    public required RpcService Service { get; init; }

    /// <summary>The region; null for a service that is the same everywhere.</summary>
    public required string? Region { get; init; }

    /// <summary>The operation, for example <c>AsymmetricSign</c>.</summary>
    public required string Action { get; init; }

    /// <summary>Its parameters by name; members of lists and mappings as <c>Name.1</c>, <c>Name.Member</c>.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether it is asked without credentials (<c>AssumeRoleWithOIDC</c>).</summary>
    public bool Anonymous { get; init; }

    /// <summary>What its calls wait for, so that a quota is kept.</summary>
    public CallLimiter? Limiter { get; init; }

    /// <summary>What is asked, for messages.</summary>
    public override string ToString() => $"{Service.Name} {Action}{(Region is null ? "" : $" in {Region}")}";
}

/// <summary>A service's answer.</summary>
/// <param name="Root">The whole answer, an object.</param>
/// <param name="RequestId">What Alibaba Cloud's support asks for.</param>
internal sealed record RpcAnswer(JsonElement Root, string RequestId)
{
    /// <summary>A member that must be a text.</summary>
    /// <exception cref="AlibabaCloudException">It is missing or something else.</exception>
    public string Text(string name) => OptionalText(name) ?? throw Unreadable($"'{name}' is missing");

    /// <summary>A member that may be a text.</summary>
    public string? OptionalText(string name) =>
        Root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;

    /// <summary>The answer is not what the documentation says.</summary>
    public AlibabaCloudException Unreadable(string reason) => new(
        AlibabaCloudException.AnswerUnreadable, $"Alibaba Cloud's answer cannot be used: {reason} (request id {RequestId}).", transient: false, RequestId);
}
