using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Kritis.Events.Cli.EmbeddedRegistry.Notifications;

/// <summary>What the receiver answered: its status and the start of what it said.</summary>
internal sealed record NotificationAnswer(HttpStatusCode Status, string Text)
{
    public bool IsSuccess => (int)Status is >= 200 and < 300;

    /// <summary>Whether the same event would be refused again, however often it is sent.</summary>
    public bool IsFinal => (int)Status is >= 400 and < 500
        && Status is not (HttpStatusCode.Unauthorized or HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests);
}

/// <summary>Posts one event. The token goes nowhere but to the configured address: redirects are not followed.</summary>
internal sealed class NotificationSender : IDisposable
{
    private const int MostAnswerCharacters = 300;
    private readonly EmbeddedRegistryOptions _options;
    private readonly HttpClient _client;

    public NotificationSender(EmbeddedRegistryOptions options)
    {
        _options = options;
        _client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = !options.NotificationUrl.IsLoopback,
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        })
        {
            Timeout = options.NotificationTimeout,
        };
    }

    /// <exception cref="HttpRequestException">The receiver could not be reached.</exception>
    /// <exception cref="IOException">The connection broke while it answered.</exception>
    /// <exception cref="OperationCanceledException">It did not answer in time, or the token was cancelled.</exception>
    public async Task<NotificationAnswer> SendAsync(ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(_options.NotificationTimeout);
        using var request = new HttpRequestMessage(HttpMethod.Post, _options.NotificationUrl);
        request.Content = new ReadOnlyMemoryContent(body);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(Envelope.ContentType);
        if (_options.NotificationToken is { } token)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
        var text = response.IsSuccessStatusCode ? "" : await StartOfAsync(response.Content, deadline.Token);
        return new NotificationAnswer(response.StatusCode, text);
    }

    public void Dispose() => _client.Dispose();

    private static async Task<string> StartOfAsync(HttpContent content, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(await content.ReadAsStreamAsync(cancellationToken), Encoding.UTF8);
        var start = new char[MostAnswerCharacters];
        return new string(start, 0, await reader.ReadBlockAsync(start, cancellationToken));
    }
}
