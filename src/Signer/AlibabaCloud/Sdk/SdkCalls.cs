using System.Net;
using AlibabaCloud.OpenApiClient.Models;
using AlibabaCloud.TeaUtil.Models;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Signer.AlibabaCloud.Credentials;
using Kritis.Events.Signer.AlibabaCloud.Rpc;
using Microsoft.Extensions.Options;
using Tea;

namespace Kritis.Events.Signer.AlibabaCloud.Sdk;

/// <summary>
/// Calls Alibaba Cloud through its own SDK: one attempt each, with this project's credentials, end points and time limits, and with its errors told as this project
/// tells them. The SDK's own retries and credential providers are switched off, so that quota and deadline stay in one place.
/// </summary>
internal sealed class SdkCalls(CredentialChain credentials, IOptions<AlibabaCloudOptions> options)
{
    /// <summary>Makes one call.</summary>
    /// <param name="service">The service.</param>
    /// <param name="region">The region.</param>
    /// <param name="action">The operation, for messages.</param>
    /// <param name="call">Makes the SDK's client of the configuration, and calls it.</param>
    /// <param name="cancellationToken">Ends the waiting; the SDK itself ends a request only at the time limit.</param>
    /// <exception cref="AlibabaCloudException">It was refused, or not answered in time.</exception>
    public Task<T> SendAsync<T>(RpcService service, string region, string action, Func<Config, RuntimeOptions, Task<T>> call, CancellationToken cancellationToken) =>
        credentials.UseAsync(used => AttemptAsync(service, region, action, used, call, cancellationToken), cancellationToken);

    private async Task<T> AttemptAsync<T>(
        RpcService service, string region, string action, AlibabaCredentials used, Func<Config, RuntimeOptions, Task<T>> call, CancellationToken cancellationToken)
    {
        var endpoint = service.Endpoint(region, options.Value);
        var what = $"{service.Name} {action} in {region}";
        try
        {
            return await call(ConfigOf(endpoint, region, used), Runtime()).WaitAsync(cancellationToken);
        }
        catch (TeaException refused)
        {
            throw Refused(what, refused);
        }
        catch (Exception failure) when (failure.GetBaseException() is HttpRequestException or WebException or IOException or System.Net.Sockets.SocketException)
        {
            throw AlibabaCloudException.NoAnswer(what, endpoint.Authority, failure.GetBaseException().Message, failure);
        }
        catch (Exception unreadable) when (unreadable is not (OperationCanceledException or AlibabaCloudException))
        {
            // What the SDK throws for an answer that it cannot read is not documented.
            throw new AlibabaCloudException(AlibabaCloudException.AnswerUnreadable,
                $"{what}: Alibaba Cloud's answer cannot be used ({Excerpt.Of(unreadable.GetBaseException().Message)}).", transient: false, inner: unreadable);
        }
    }

    /// <summary>A member of an answer that must be there.</summary>
    /// <exception cref="AlibabaCloudException">It is missing.</exception>
    public static T Required<T>(T? value, string name, string? requestId)
        where T : class => value ?? throw Missing(name, requestId);

    /// <inheritdoc cref="Required{T}(T?, string, string?)"/>
    public static T Required<T>(T? value, string name, string? requestId)
        where T : struct => value ?? throw Missing(name, requestId);

    private static AlibabaCloudException Missing(string name, string? requestId) => new(
        AlibabaCloudException.AnswerUnreadable, $"Alibaba Cloud's answer cannot be used: '{name}' is missing (request id {Excerpt.Of(requestId ?? "none")}).", transient: false, requestId);

    private static Config ConfigOf(Uri endpoint, string region, AlibabaCredentials used) => new()
    {
        AccessKeyId = used.AccessKeyId,
        AccessKeySecret = used.AccessKeySecret,
        SecurityToken = used.SecurityToken,
        Endpoint = endpoint.Authority,
        Protocol = endpoint.Scheme,
        RegionId = region,
        UserAgent = "kritis-events",
    };

    private RuntimeOptions Runtime() => new()
    {
        Autoretry = false,
        MaxAttempts = 1,
        // The SDK adds the two.
        ReadTimeout = (int)options.Value.AttemptTimeout.TotalMilliseconds,
        ConnectTimeout = 0,
    };

    private static AlibabaCloudException Refused(string what, TeaException refused)
    {
        var status = refused.StatusCode;
        var code = refused.Code is { Length: > 0 } given ? given : $"HTTP{status}";
        return AlibabaCloudException.Refused(what, status, code, Text(refused, "Message") ?? refused.Message, Text(refused, "RequestId"), refused);
    }

    private static string? Text(TeaException refused, string name) =>
        refused.DataResult is { } data && data.TryGetValue(name, out var value) ? value as string : null;
}
