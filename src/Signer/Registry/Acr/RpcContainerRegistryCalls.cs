using System.Globalization;
using System.Text.Json;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Signer.AlibabaCloud.Rpc;

namespace Kritis.Events.Signer.Registry.Acr;

/// <summary>Container Registry through this project's own protocol client. Source: its API reference, version 2018-12-01.</summary>
internal sealed class RpcContainerRegistryCalls(RpcClient client) : IContainerRegistryCalls
{
    /// <inheritdoc/>
    public async Task<AcrPassword> GetAuthorizationTokenAsync(AcrInstance instance, CancellationToken cancellationToken)
    {
        var answer = await SendAsync(instance, "GetAuthorizationToken", [], cancellationToken);
        if (!answer.Root.TryGetProperty("ExpireTime", out var end) || !end.TryGetInt64(out var milliseconds))
        {
            throw answer.Unreadable("'ExpireTime' is missing");
        }

        return new AcrPassword
        {
            Username = answer.Text("TempUsername"),
            Password = answer.Text("AuthorizationToken"),
            ExpiresAt = DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(milliseconds, 0, DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())),
        };
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> ListNamespacesAsync(AcrInstance instance, int page, CancellationToken cancellationToken) =>
        [.. Items(await ListAsync(instance, "ListNamespace", [], page, cancellationToken), "Namespaces").Select(item => item.Text("NamespaceName"))];

    /// <inheritdoc/>
    public async Task<IReadOnlyList<AcrRepository>> ListRepositoriesAsync(AcrInstance instance, string inNamespace, int page, CancellationToken cancellationToken)
    {
        var answer = await ListAsync(instance, "ListRepository", new() { ["RepoNamespaceName"] = inNamespace }, page, cancellationToken);
        return [.. Items(answer, "Repositories").Select(item => new AcrRepository(item.Text("RepoId"), item.Text("RepoNamespaceName"), item.Text("RepoName")))];
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<AcrTag>> ListTagsAsync(AcrInstance instance, string repositoryId, int page, CancellationToken cancellationToken)
    {
        var answer = await ListAsync(instance, "ListRepoTag", new() { ["RepoId"] = repositoryId }, page, cancellationToken);
        return [.. Items(answer, "Images").Select(item => new AcrTag(item.Text("Tag"), item.Text("Digest")))];
    }

    private static IEnumerable<RpcAnswer> Items(RpcAnswer answer, string name) =>
        answer.Root.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.Object ? answer with { Root = item } : throw answer.Unreadable($"'{name}' holds something else than objects"))
            : throw answer.Unreadable($"'{name}' is missing");

    private Task<RpcAnswer> ListAsync(AcrInstance instance, string action, Dictionary<string, string> parameters, int page, CancellationToken cancellationToken)
    {
        parameters["PageNo"] = page.ToString(CultureInfo.InvariantCulture);
        parameters["PageSize"] = IContainerRegistryCalls.MostPerPage.ToString(CultureInfo.InvariantCulture);
        return SendAsync(instance, action, parameters, cancellationToken);
    }

    private Task<RpcAnswer> SendAsync(AcrInstance instance, string action, Dictionary<string, string> parameters, CancellationToken cancellationToken)
    {
        parameters["InstanceId"] = instance.InstanceId;
        return client.SendAsync(
            new RpcCall { Service = RpcService.ContainerRegistry, Region = instance.Region, Action = action, Parameters = parameters }, cancellationToken);
    }
}
