using System.Net;
using System.Net.Http.Headers;
using Kritis.Events.Signer.AlibabaCloud.Credentials;
using Microsoft.Extensions.Options;

namespace Kritis.Events.Signer.AlibabaCloud.Rpc;

/// <summary>Sends one request, signed or not, and reads its answer within bounds of time and bytes. Redirects are not followed.</summary>
internal sealed class RpcTransport(HttpClient http, IOptions<AlibabaCloudOptions> options, TimeProvider time)
{
    private const int MostBytes = 4 * 1024 * 1024;

    /// <summary>Sends the request once.</summary>
    /// <param name="call">What is asked.</param>
    /// <param name="signedBy">Who asks; null for nobody.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="AlibabaCloudException">It was refused, or not answered in time.</exception>
    public async Task<RpcAnswer> SendAsync(RpcCall call, AlibabaCredentials? signedBy, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(options.Value.AttemptTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var endpoint = call.Service.Endpoint(call.Region, options.Value);
        try
        {
            using var request = Request(call, endpoint, signedBy);
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            var body = await BoundedBody.ReadAsync(response, MostBytes, either.Token);
            return RpcAnswerReader.Read(call, response, body, time.GetUtcNow());
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw AlibabaCloudException.NoAnswer(call.ToString(), endpoint.Authority, $"none within {options.Value.AttemptTimeout.TotalSeconds:0.#} s");
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            throw AlibabaCloudException.NoAnswer(call.ToString(), endpoint.Authority, failure.GetBaseException().Message, failure);
        }
    }

    private HttpRequestMessage Request(RpcCall call, Uri endpoint, AlibabaCredentials? signedBy)
    {
        var query = RequestSignature.Query(call.Parameters);
        var headers = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["host"] = endpoint.Authority,
            ["x-acs-action"] = call.Action,
            ["x-acs-version"] = call.Service.Version,
            ["x-acs-date"] = time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", null),
            ["x-acs-signature-nonce"] = Guid.NewGuid().ToString("N"),
            ["x-acs-content-sha256"] = RequestSignature.EmptyBody,
        };
        if (signedBy?.SecurityToken is { } token)
        {
            headers["x-acs-security-token"] = token;
        }

        var request = new HttpRequestMessage(HttpMethod.Post, new UriBuilder(endpoint) { Query = query }.Uri)
        {
            Content = new ByteArrayContent([]),
            Version = HttpVersion.Version11,
        };
        foreach (var (name, value) in headers.Where(header => header.Key != "host"))
        {
            _ = request.Headers.TryAddWithoutValidation(name, value);
        }

        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (signedBy is not null)
        {
            _ = request.Headers.TryAddWithoutValidation("Authorization", RequestSignature.Authorization("POST", "/", query, headers, signedBy));
        }

        return request;
    }
}
