using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace Kritis.Events.AlibabaCloud.Emulator.SecurityCenter;

/// <summary>A witness as Security Center keeps it.</summary>
public sealed record Attestor(string Name, string KeyId, string KeyVersionId, string KeyRegionId, string? Remark = null);

/// <summary>A policy as Security Center keeps it.</summary>
public sealed record BinarySecurityPolicy
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>A note.</summary>
    public string? Remark { get; init; }

    /// <summary><c>enabled</c> or <c>disabled</c>.</summary>
    public string Status { get; init; } = "enabled";

    /// <summary>Where it applies.</summary>
    public required IReadOnlyList<PolicyCluster> Clusters { get; init; }

    /// <summary>What it asks for.</summary>
    public string Mode { get; init; } = "requireAttestor";

    /// <summary>Whether <c>Policy</c> is answered as a text that holds JSON.</summary>
    public bool AsText { get; init; }

    /// <summary>The names of the witnesses.</summary>
    public required IReadOnlyList<string> RequiredAttestors { get; init; }
}

/// <summary>Namespaces of a cluster.</summary>
public sealed record PolicyCluster(string ClusterId, params IReadOnlyList<string> Namespaces);

/// <summary>Security Center, API version 2018-12-03.</summary>
internal sealed class SecurityCenterService(ConcurrentQueue<Attestor> attestors, ConcurrentQueue<BinarySecurityPolicy> policies) : IService
{
    private const int LargestPage = 100;

    public Task<JsonObject> AnswerAsync(CloudRequest request, CancellationToken cancellationToken) => Task.FromResult(request.Action switch
    {
        "DescribeAttestors" => Page(request, "Attestors", attestors.Where(attestor => IsAsked(request, attestor.Name)).Select(Shape)),
        "DescribeBinarySecurityPolicies" => Page(request, "BinarySecurityPolicies", policies
            .Where(policy => IsAsked(request, policy.Name))
            .Where(policy => !request.Parameters.TryGetValue("Status", out var status) || status == policy.Status)
            .Select(Shape)),
        _ => throw Refusals.UnknownAction(),
    });

    private static bool IsAsked(CloudRequest request, string name) => !request.Parameters.TryGetValue("Name", out var asked) || asked == name;

    private static JsonObject Shape(Attestor attestor) => new()
    {
        ["Name"] = attestor.Name,
        ["Remark"] = attestor.Remark,
        ["KeyId"] = attestor.KeyId,
        ["KeyVersionId"] = attestor.KeyVersionId,
        ["KeyRegionId"] = attestor.KeyRegionId,
    };

    private static JsonObject Shape(BinarySecurityPolicy policy) => new()
    {
        ["Name"] = policy.Name,
        ["Remark"] = policy.Remark,
        ["Status"] = policy.Status,
        ["Clusters"] = new JsonArray([.. policy.Clusters.Select(cluster => new JsonObject
        {
            ["ClusterId"] = cluster.ClusterId,
            ["Namespaces"] = Texts(cluster.Namespaces),
        })]),
        ["Policy"] = policy.AsText ? Requirement(policy).ToJsonString() : Requirement(policy),
    };

    private static JsonObject Requirement(BinarySecurityPolicy policy) => new() { ["PolicyMode"] = policy.Mode, ["RequiredAttestors"] = Texts(policy.RequiredAttestors) };

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(text => JsonValue.Create(text))]);

    private static JsonObject Page(CloudRequest request, string name, IEnumerable<JsonObject> all)
    {
        var items = all.ToArray();
        var (page, size) = (request.Number("CurrentPage", 1), Math.Min(request.Number("PageSize", 20), LargestPage));
        var shown = items.Skip((page - 1) * size).Take(size).ToArray();
        return new JsonObject
        {
            [name] = new JsonArray([.. shown]),
            ["PageInfo"] = new JsonObject { ["Count"] = shown.Length, ["CurrentPage"] = page, ["PageSize"] = size, ["TotalCount"] = items.Length },
        };
    }
}
