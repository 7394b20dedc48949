using System.Net;
using Kritis.Events.Attestations.Resources;

namespace Kritis.Events.Signer.Registry;

/// <summary>
/// Requests to a registry's own API, signed in as it asks. Credentials are sent to the registry's configured address and to a
/// validated token realm, and nowhere else.
/// </summary>
internal sealed class RegistryClient(BoundedHttp http, TokenIssuer tokens, TimeProvider time)
{
    private const int MostThrottled = 3;
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromSeconds(10);

    /// <param name="registry">The registry.</param>
    /// <param name="repository">The repository that the request is about, for the token's scope.</param>
    /// <param name="write">Whether the request writes.</param>
    /// <param name="mostBytes">The largest answer.</param>
    /// <param name="create">Makes the request; it may be sent more than once.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async Task<BoundedAnswer> SendAsync(
        ConfiguredRegistry registry, string repository, bool write, int mostBytes, Func<HttpRequestMessage> create, CancellationToken cancellationToken)
    {
        for (var throttled = 0; ; throttled++)
        {
            var answer = await SignInAndSendAsync(registry, Scope(repository, write), mostBytes, create, cancellationToken);
            if (answer.Status != HttpStatusCode.TooManyRequests || throttled == MostThrottled || answer.RetryAfter is not { } pause || pause > LongestRetryAfter)
            {
                return answer;
            }

            await Task.Delay(pause, time, cancellationToken);
        }
    }

    /// <summary>An address of the registry's API.</summary>
    public static Uri Address(ConfiguredRegistry registry, string path) => new(registry.Url, $"/v2/{path}");

    private async Task<BoundedAnswer> SignInAndSendAsync(
        ConfiguredRegistry registry, string scope, int mostBytes, Func<HttpRequestMessage> create, CancellationToken cancellationToken)
    {
        using var first = Own(registry, create());
        first.Headers.Authorization = tokens.Known(registry, scope) ?? BasicWhereKnown(registry);
        var answer = await http.SendAsync(registry, first, mostBytes, cancellationToken);
        if (answer.Status != HttpStatusCode.Unauthorized || AuthenticationChallenge.Of(answer.Headers) is not { } challenge)
        {
            return answer;
        }

        using var second = Own(registry, create());
        if (challenge.Scheme == "Bearer")
        {
            second.Headers.Authorization = await tokens.IssueAsync(registry, challenge, scope, cancellationToken);
        }
        else
        {
            second.Headers.Authorization = RegistryPasswords.Basic(registry);
            _ = second.Headers.Authorization is not null && _basic.TryAdd(registry.Name, registry.Url);
        }

        return second.Headers.Authorization is null ? answer : await http.SendAsync(registry, second, mostBytes, cancellationToken);
    }

    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, Uri> _basic = new();

    private System.Net.Http.Headers.AuthenticationHeaderValue? BasicWhereKnown(ConfiguredRegistry registry) =>
        _basic.TryGetValue(registry.Name, out var url) && url == registry.Url ? RegistryPasswords.Basic(registry) : null;

    private static HttpRequestMessage Own(ConfiguredRegistry registry, HttpRequestMessage request)
    {
        var uri = request.RequestUri!;
        var isOwn = uri.Scheme == registry.Url.Scheme && uri.Host == registry.Url.Host && uri.Port == registry.Url.Port;
        return isOwn ? request : throw new RegistryException(RegistryException.Refused,
            $"registry '{registry.Name}' sends uploads to {uri.Authority}, which is not its own address {registry.Url.Authority}; nothing was sent there", transient: false);
    }

    private static string Scope(string repository, bool write) => $"repository:{repository}:{(write ? "pull,push" : "pull")}";
}
