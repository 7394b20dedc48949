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
    public async Task<RpcAnswer> SendAsync(RpcCall call, CancellationToken cancellationToken)
    {
        if (call.Anonymous)
        {
            return await transport.SendAsync(call, null, cancellationToken);
        }

        var used = await credentials.GetAsync(cancellationToken);
        try
        {
            return await transport.SendAsync(call, used, cancellationToken);
        }
        catch (AlibabaCloudException expired) when (ErrorCodes.IsExpired(expired.Code))
        {
            credentials.Reject(used);
            var renewed = await credentials.GetAsync(cancellationToken);
            if (renewed == used)
            {
                throw;
            }

            return await transport.SendAsync(call, renewed, cancellationToken);
        }
    }
}
