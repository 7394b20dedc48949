using System.Text.Json.Nodes;
using Kritis.Events.Attestations.Resources;

namespace Kritis.Events.Signer.Tests.Intake;

/// <summary>Container Registry's events as its documentation shows them, and the registries that are configured for them.</summary>
internal static class AcrEvents
{
    public const string Host = "kritis-demo-registry.cn-hongkong.cr.aliyuncs.com";
    public const string InstanceId = "cri-q3hfjbvmd0000000";
    public const string Region = "cn-hongkong";
    public static readonly string Digest = "sha256:" + new string('4', 64);

    public static ResourceSet Resources { get; } = new()
    {
        Registries =
        [
            Registry("demo", Host, InstanceId, Region, "kritis-*", "shared"),
            Registry("second", "second.cn-hongkong.cr.aliyuncs.com", "cri-second", Region, "second", "shared"),
            new() { Name = "plain", Host = "registry.example", Url = new Uri("https://registry.example") },
        ],
    };

    public static ConfiguredRegistry Registry(string name, string host, string instance, string region, params string[] namespaces) => new()
    {
        Name = name,
        Host = host,
        Aliases = [host.Replace("-registry.", "-registry-vpc.", StringComparison.Ordinal) + ".alias.example"],
        Url = new Uri($"https://{host}"),
        Acr = new AcrInstance { InstanceId = instance, Region = region, Namespaces = namespaces },
    };

    public static JsonObject Webhook(string ns = "kritis-demo", string name = "alpine") => new()
    {
        ["push_data"] = new JsonObject { ["digest"] = Digest, ["pushed_at"] = "2016-11-29 12:25:46", ["tag"] = "latest" },
        ["repository"] = new JsonObject
        {
            ["date_created"] = "2016-10-28 21:31:42",
            ["name"] = name,
            ["namespace"] = ns,
            ["region"] = Region,
            ["repo_authentication_type"] = "NO_CERTIFIED",
            ["repo_full_name"] = $"{ns}/{name}",
            ["repo_origin_type"] = "NO_CERTIFIED",
            ["repo_type"] = "PUBLIC",
        },
    };

    public static JsonObject CloudEvent(string ns = "kritis-demo", string name = "alpine", string? digest = null) => new()
    {
        ["id"] = "45ef4dewdwe1-7c35-447a-bd93-fab****",
        ["source"] = "acs.cr",
        ["specversion"] = "1.0",
        ["subject"] = $"acs:cr:{Region}:12345678912****:default:repo",
        ["time"] = "2020-11-19T21:04:41+08:00",
        ["type"] = "cr:Artifact:PushCompleted",
        ["datacontenttype"] = "application/json;charset=utf-8",
        ["aliyunaccountid"] = "123456789098****",
        ["aliyunpublishtime"] = "2020-11-19T21:04:42Z",
        ["aliyuneventbusname"] = "default",
        ["aliyunregionid"] = Region,
        ["data"] = Data(ns, name, digest),
    };

    public static JsonObject Data(string ns = "kritis-demo", string name = "alpine", string? digest = null)
    {
        var data = new JsonObject
        {
            ["InstanceId"] = InstanceId,
            ["InstanceName"] = "kritis-demo-registry",
            ["RegionId"] = Region,
            ["RepoNamespaceName"] = ns,
            ["RepoName"] = name,
            ["RepoId"] = "crr-tquvps22md8p****",
            ["Tag"] = "latest",
        };
        if (digest is not null)
        {
            data["Digest"] = digest;
        }

        return data;
    }

    /// <summary>The event with one member changed: <c>a.b=json</c>, or <c>a.b</c> to take it away.</summary>
    public static JsonObject With(this JsonObject body, string change)
    {
        var (path, value) = change.Split('=', 2) is [var left, var right] ? (left, right) : (change, null);
        var names = path.Split('.');
        var owner = names[..^1].Aggregate(body, (at, name) => at[name]!.AsObject());
        if (value is null)
        {
            _ = owner.Remove(names[^1]);
        }
        else
        {
            owner[names[^1]] = JsonNode.Parse(value);
        }

        return body;
    }
}
