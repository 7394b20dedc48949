using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Kritis.Events.AlibabaCloud.Emulator.ContainerRegistry;

/// <summary>Container Registry Enterprise Edition, API version 2018-12-01.</summary>
internal sealed class ContainerRegistryService(ConcurrentDictionary<string, RegistryInstance> instances, EmulatorOptions options) : IService
{
    private const int LargestPage = 100;

    public Task<JsonObject> AnswerAsync(CloudRequest request, CancellationToken cancellationToken)
    {
        var answer = request.Action switch
        {
            "ListInstance" => Page(request, "Instances", instances.Values.OrderBy(instance => instance.Id, StringComparer.Ordinal).Select(instance => new JsonObject
            {
                ["InstanceId"] = instance.Id, ["InstanceName"] = instance.Name, ["RegionId"] = instance.Region, ["InstanceStatus"] = "RUNNING",
            })),
            "GetAuthorizationToken" => AuthorizationToken(Instance(request)),
            "ListNamespace" => Page(request, "Namespaces", Instance(request).Namespaces.Select(name => new JsonObject
            {
                ["InstanceId"] = Instance(request).Id, ["NamespaceName"] = name, ["NamespaceStatus"] = "NORMAL",
            })),
            "ListRepository" => Page(request, "Repositories", Repositories(request)),
            "ListRepoTag" => Page(request, "Images", Tags(request)),
            _ => throw Refusals.UnknownAction(),
        };
        answer["IsSuccess"] = true;
        answer["Code"] = "success";
        return Task.FromResult(answer);
    }

    private RegistryInstance Instance(CloudRequest request)
    {
        var id = request.Required("InstanceId");
        return instances.TryGetValue(id, out var instance) && (request.Region is null || request.Region == instance.Region)
            ? instance
            : throw new CloudErrorException(404, "INSTANCE_NOT_EXIST", "instance is not exist");
    }

    private JsonObject AuthorizationToken(RegistryInstance instance)
    {
        var password = instance.FixedPassword ?? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var end = options.Time.GetUtcNow() + options.RegistryPasswordLife;
        instance.Passwords.Enqueue((password, end));
        return new JsonObject { ["TempUsername"] = "cr_temp_user", ["AuthorizationToken"] = password, ["ExpireTime"] = end.ToUnixTimeMilliseconds() };
    }

    private IEnumerable<JsonObject> Repositories(CloudRequest request) => Instance(request).Tags
        .Where(tag => !request.Parameters.TryGetValue("RepoNamespaceName", out var name) || name == tag.Namespace)
        .DistinctBy(tag => tag.RepositoryId)
        .Select(tag => new JsonObject
        {
            ["InstanceId"] = Instance(request).Id,
            ["RepoId"] = tag.RepositoryId,
            ["RepoNamespaceName"] = tag.Namespace,
            ["RepoName"] = tag.Repository,
            ["RepoStatus"] = "NORMAL",
        });

    private IEnumerable<JsonObject> Tags(CloudRequest request)
    {
        var repository = request.Required("RepoId");
        return Instance(request).Tags.Where(tag => tag.RepositoryId == repository).Select(tag => new JsonObject
        {
            ["Digest"] = tag.Digest,
            ["Tag"] = tag.Tag,
            ["Status"] = "NORMAL",
            ["ImageUpdate"] = options.Time.GetUtcNow().ToUnixTimeMilliseconds().ToString(null, null),
        });
    }

    private static JsonObject Page(CloudRequest request, string name, IEnumerable<JsonObject> all)
    {
        var items = all.ToArray();
        var (page, size) = (request.Number("PageNo", 1), request.Number("PageSize", 30));
        if (size > LargestPage)
        {
            throw Refusals.Invalid("PageSize");
        }

        return new JsonObject
        {
            [name] = new JsonArray([.. items.Skip((page - 1) * size).Take(size)]),
            ["PageNo"] = page,
            ["PageSize"] = size,
            ["TotalCount"] = items.Length.ToString(null, null),
        };
    }
}
