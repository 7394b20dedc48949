using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using k8s;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Attestations.Kubernetes;

/// <summary>
/// Reads from the API server through the client's own connections and credentials. The client's methods are passed by because its watch hands
/// out nothing before the first event and knows neither a longest line nor a deadline.
/// </summary>
internal sealed class ClusterRequests
{
    private const int MostErrorBytes = 64 * 1024;
    private readonly k8s.Kubernetes _client;

    public ClusterRequests(IKubernetes client) => _client = client as k8s.Kubernetes
        ?? throw new ArgumentException($"expected the client {typeof(k8s.Kubernetes)}, whose connections are used", nameof(client));

    /// <summary>The answer to a GET once its headers are there.</summary>
    /// <exception cref="ClusterAwayException">It is no success.</exception>
    /// <exception cref="HttpRequestException">There is no answer.</exception>
    public async Task<HttpResponseMessage> GetAsync(ClusterKind kind, string query, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_client.BaseUri, $"{kind.Path}?{query}"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (_client.Credentials is { } credentials)
        {
            await credentials.ProcessHttpRequestAsync(request, cancellationToken);
        }

        var response = await _client.HttpClient.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (response.StatusCode == HttpStatusCode.OK)
        {
            return response;
        }

        using (response)
        {
            throw Refusal(kind, (int)response.StatusCode, await MessageAsync(response, cancellationToken));
        }
    }

    /// <summary>What an error of the API server means for whoever lists or watches.</summary>
    public static ClusterAwayException Refusal(ClusterKind kind, int code, string message) => code switch
    {
        404 => new($"the API server knows no {kind}, version {kind.Version}; is its CustomResourceDefinition installed?") { IsMissingKind = true },
        410 => new($"the API server no longer knows the version of {kind} that was seen last: {message}") { IsExpired = true },
        401 => new($"the API server does not know who asks for {kind} (401): {message}"),
        403 => new($"the API server refuses to list and watch {kind} (403): {message}"),
        _ => new($"the API server fails to list or watch {kind} ({code}): {message}"),
    };

    private static async Task<string> MessageAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            await response.Content.LoadIntoBufferAsync(MostErrorBytes, cancellationToken);
            var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            using var status = JsonDocument.Parse(body);
            return Excerpt.Of(status.RootElement.TextOf("message") ?? "no reason given");
        }
        catch (Exception unreadable) when (unreadable is HttpRequestException or IOException or JsonException)
        {
            return "no reason given";
        }
    }
}
