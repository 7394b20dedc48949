using Microsoft.Extensions.Options;

namespace Kritis.Events.Signer.AlibabaCloud.Credentials;

/// <summary>
/// The metadata of the ECS instance this process runs on, in hardened mode only: a token is asked for first, so that a request that somebody makes this
/// process send elsewhere gets nothing. No proxy is used and no redirect followed. Source: ECS's documentation of instance metadata.
/// </summary>
internal sealed class InstanceMetadata : IDisposable
{
    private const string DefaultAddress = "http://100.100.100.200";
    private const int MostBytes = 64 * 1024;
    private const string TokenLife = "300";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private readonly HttpClient _http;
    private readonly TimeProvider _time;

    /// <summary>Makes its client.</summary>
    public InstanceMetadata(IOptions<AlibabaCloudOptions> options, TimeProvider time)
    {
        _time = time;
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = TimeSpan.FromSeconds(1) })
        {
            BaseAddress = new Uri(options.Value.Endpoints.Metadata ?? DefaultAddress),
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>Reads one document.</summary>
    /// <param name="path">Below <c>/latest/meta-data/</c>.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="AlibabaCloudException">There is none, or no instance metadata at all.</exception>
    public async Task<ReadOnlyMemory<byte>> ReadAsync(string path, CancellationToken cancellationToken)
    {
        using var token = new HttpRequestMessage(HttpMethod.Put, "/latest/api/token");
        token.Headers.Add("X-aliyun-ecs-metadata-token-ttl-seconds", TokenLife);
        var issued = System.Text.Encoding.ASCII.GetString((await SendAsync(token, cancellationToken)).Span).Trim();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/latest/meta-data/{path}");
        if (!request.Headers.TryAddWithoutValidation("X-aliyun-ecs-metadata-token", issued) || issued.Length == 0)
        {
            throw Away("it gave no token", null);
        }

        return await SendAsync(request, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<ReadOnlyMemory<byte>> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            return response.IsSuccessStatusCode
                ? await Rpc.BoundedBody.ReadAsync(response, MostBytes, either.Token)
                : throw Away($"it answered {(int)response.StatusCode} to {request.Method} {request.RequestUri!.AbsolutePath}", null);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw Away($"no answer within {Patience.TotalSeconds:0} s", null);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            throw Away(failure.GetBaseException().Message, failure);
        }
    }

    private AlibabaCloudException Away(string reason, Exception? inner) => new(
        AlibabaCloudException.NoCredentials, $"the instance metadata at {_http.BaseAddress!.Authority} cannot be used: {reason}", transient: false, inner: inner);
}
