using AlibabaCloud.SDK.Cr20181201;
using AlibabaCloud.SDK.Cr20181201.Models;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Signer.AlibabaCloud;
using Kritis.Events.Signer.AlibabaCloud.Rpc;
using Kritis.Events.Signer.AlibabaCloud.Sdk;

namespace Kritis.Events.Signer.Registry.Acr;

/// <summary>Container Registry through the SDK <c>AlibabaCloud.SDK.Cr20181201</c>.</summary>
internal sealed class SdkContainerRegistryCalls(SdkCalls sdk) : IContainerRegistryCalls
{
    private const int Ok = 200;

    /// <inheritdoc/>
    public async Task<AcrPassword> GetAuthorizationTokenAsync(AcrInstance instance, CancellationToken cancellationToken)
    {
        var request = new GetAuthorizationTokenRequest { InstanceId = instance.InstanceId };
        var answer = await sdk.SendAsync(RpcService.ContainerRegistry, instance.Region, "GetAuthorizationToken",
            (config, runtime) => new Client(config).GetAuthorizationTokenWithOptionsAsync(request, runtime), cancellationToken);
        var body = SdkCalls.Required(answer.Body, "body", null);
        RefuseUnless(body.IsSuccess, instance, "GetAuthorizationToken", body.Code, body.RequestId);
        return new AcrPassword
        {
            Username = SdkCalls.Required(body.TempUsername, "TempUsername", body.RequestId),
            Password = SdkCalls.Required(body.AuthorizationToken, "AuthorizationToken", body.RequestId),
            ExpiresAt = DateTimeOffset.FromUnixTimeMilliseconds(
                Math.Clamp(SdkCalls.Required(body.ExpireTime, "ExpireTime", body.RequestId), 0, DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())),
        };
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> ListNamespacesAsync(AcrInstance instance, int page, CancellationToken cancellationToken)
    {
        var request = new ListNamespaceRequest { InstanceId = instance.InstanceId, PageNo = page, PageSize = IContainerRegistryCalls.MostPerPage };
        var answer = await sdk.SendAsync(RpcService.ContainerRegistry, instance.Region, "ListNamespace",
            (config, runtime) => new Client(config).ListNamespaceWithOptionsAsync(request, runtime), cancellationToken);
        var body = SdkCalls.Required(answer.Body, "body", null);
        RefuseUnless(body.IsSuccess, instance, "ListNamespace", body.Code, body.RequestId);
        return [.. SdkCalls.Required(body.Namespaces, "Namespaces", body.RequestId)
            .Select(item => SdkCalls.Required(item?.NamespaceName, "NamespaceName", body.RequestId))];
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<AcrRepository>> ListRepositoriesAsync(AcrInstance instance, string inNamespace, int page, CancellationToken cancellationToken)
    {
        var request = new ListRepositoryRequest
        {
            InstanceId = instance.InstanceId,
            RepoNamespaceName = inNamespace,
            PageNo = page,
            PageSize = IContainerRegistryCalls.MostPerPage,
        };
        var answer = await sdk.SendAsync(RpcService.ContainerRegistry, instance.Region, "ListRepository",
            (config, runtime) => new Client(config).ListRepositoryWithOptionsAsync(request, runtime), cancellationToken);
        var body = SdkCalls.Required(answer.Body, "body", null);
        RefuseUnless(body.IsSuccess, instance, "ListRepository", body.Code, body.RequestId);
        return [.. SdkCalls.Required(body.Repositories, "Repositories", body.RequestId).Select(item => new AcrRepository(
            SdkCalls.Required(item?.RepoId, "RepoId", body.RequestId),
            SdkCalls.Required(item?.RepoNamespaceName, "RepoNamespaceName", body.RequestId),
            SdkCalls.Required(item?.RepoName, "RepoName", body.RequestId)))];
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<AcrTag>> ListTagsAsync(AcrInstance instance, string repositoryId, int page, CancellationToken cancellationToken)
    {
        var request = new ListRepoTagRequest { InstanceId = instance.InstanceId, RepoId = repositoryId, PageNo = page, PageSize = IContainerRegistryCalls.MostPerPage };
        var answer = await sdk.SendAsync(RpcService.ContainerRegistry, instance.Region, "ListRepoTag",
            (config, runtime) => new Client(config).ListRepoTagWithOptionsAsync(request, runtime), cancellationToken);
        var body = SdkCalls.Required(answer.Body, "body", null);
        RefuseUnless(body.IsSuccess, instance, "ListRepoTag", body.Code, body.RequestId);
        return [.. SdkCalls.Required(body.Images, "Images", body.RequestId).Select(item => new AcrTag(
            SdkCalls.Required(item?.Tag, "Tag", body.RequestId), SdkCalls.Required(item?.Digest, "Digest", body.RequestId)))];
    }

    // Container Registry says no with 200 and IsSuccess.
    private static void RefuseUnless(bool? success, AcrInstance instance, string action, string? code, string? requestId)
    {
        if (success is false)
        {
            throw AlibabaCloudException.Refused($"{RpcService.ContainerRegistry.Name} {action} in {instance.Region}", Ok, code ?? "HTTP200", "no reason was given", requestId);
        }
    }
}
