using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;

namespace Kritis.Events.Benchmarks.Endpoint;

/// <summary>One HTTP/2 connection with several requests on it at the same time, as an API server uses it.</summary>
internal sealed class Http2Connection : ILoadConnection
{
    private const int MostStreams = 16;
    private readonly HttpMessageInvoker _client;
    private readonly Uri _target;
    private readonly HttpScenario _scenario;

    private Http2Connection(HttpMessageInvoker client, Uri target, HttpScenario scenario) => (_client, _target, _scenario) = (client, target, scenario);

    public int Streams => MostStreams;

    public static async Task<ILoadConnection> OpenAsync(Uri target, HttpScenario scenario, CancellationToken cancellationToken)
    {
        var handler = new SocketsHttpHandler
        {
            SslOptions = LoadTls.Options(target, SslApplicationProtocol.Http2),
            EnableMultipleHttp2Connections = false,
            UseProxy = false,
            AllowAutoRedirect = false,
        };
        var connection = new Http2Connection(new HttpMessageInvoker(handler, disposeHandler: true), target, scenario);
        await connection.SendAsync(cancellationToken);
        return connection;
    }

    public async Task SendAsync(CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _target)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(_scenario.Review) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
        };
        using var answer = await _client.SendAsync(request, cancellationToken);
        var body = await answer.Content.ReadAsByteArrayAsync(cancellationToken);
        if (answer.StatusCode != HttpStatusCode.OK || !body.AsSpan().SequenceEqual(_scenario.Answer))
        {
            throw new InvalidDataException($"Unexpected answer {(int)answer.StatusCode}: {System.Text.Encoding.UTF8.GetString(body)}");
        }
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }
}
