using Kritis.Events.Signer.AlibabaCloud.Credentials;

namespace Kritis.Events.Signer.AlibabaCloud.Rpc;

/// <summary>
/// Calls Alibaba Cloud's RPC-style APIs with the configured credentials, and tries again what may pass. Serves KMS, Container Registry and Security
/// Center; STS is asked through <see cref="RpcTransport"/>, for there are no credentials yet.
/// </summary>
internal sealed class RpcClient(RpcTransport transport, CredentialChain credentials, CallPolicy policy)
{
    /// <summary>Makes the call, as often as it takes.</summary>
    /// <exception cref="AlibabaCloudException">It was refused, or not answered in time.</exception>
    public Task<RpcAnswer> CallAsync(RpcCall call, CancellationToken cancellationToken) =>
        policy.ExecuteAsync((call.Service.Name, call.Action), call.Limiter, running => SendAsync(call, running), cancellationToken);

    /// <summary>Makes the call once, and once more with renewed credentials where the ones used had just expired.</summary>
    /// <exception cref="AlibabaCloudException">It was refused, or not answered in time.</exception>
    public Task<RpcAnswer> SendAsync(RpcCall call, CancellationToken cancellationToken) => call.Anonymous
        ? transport.SendAsync(call, null, cancellationToken)
        : credentials.UseAsync(used => transport.SendAsync(call, used, cancellationToken), cancellationToken);
}
