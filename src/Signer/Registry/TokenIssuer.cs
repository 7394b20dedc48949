using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text.Json;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Signer.Registry.Acr;
using Kritis.Events.Signer.Registry.SignIn;

namespace Kritis.Events.Signer.Registry;

/// <summary>
/// Gets bearer tokens (distribution token authentication). The realm comes from the network: it is asked only where it is the registry
/// itself or a host that the resource lists, over HTTPS unless the registry is a loopback one (CVE-2025-27403, dotnet/sdk PR 54225).
/// </summary>
internal sealed class TokenIssuer(BoundedHttp http, RegistrySignIns signIns, TimeProvider time)
{
    private const int MostTokenBytes = 64 * 1024;
    private const int MostTokens = 1000;
    private static readonly TimeSpan ShortestLife = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(10);
    private readonly ConcurrentDictionary<(string Registry, string Scope), Token> _tokens = new();

    public AuthenticationHeaderValue? Known(ConfiguredRegistry registry, string scope) =>
        _tokens.TryGetValue((registry.Name, scope), out var token) && token.ExpiresAt > time.GetUtcNow() ? token.Header : null;

    /// <exception cref="RegistryException">The realm is not allowed, cannot be reached, or gives no token.</exception>
    public async Task<AuthenticationHeaderValue> IssueAsync(
        ConfiguredRegistry registry, AuthenticationChallenge challenge, string scope, CancellationToken cancellationToken)
    {
        var realm = Validate(registry, challenge.Realm);
        var address = WithQuery(realm, challenge.Service, challenge.Scope ?? scope);
        var answer = await signIns.SendAsync(registry, async password =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            request.Headers.Authorization = password;
            return await http.SendAsync(registry, request, MostTokenBytes, cancellationToken);
        }, cancellationToken);
        if (!answer.IsSuccess)
        {
            throw answer.Failure(registry, $"a token for {scope} from {realm.Authority}");
        }

        var token = Read(registry, realm, answer.Body);
        if (_tokens.Count >= MostTokens)
        {
            _tokens.Clear();
        }

        _tokens[(registry.Name, scope)] = token;
        return token.Header;
    }

    private static Uri Validate(ConfiguredRegistry registry, string? text)
    {
        var isAllowed = Uri.TryCreate(text, UriKind.Absolute, out var realm)
            && realm.UserInfo.Length == 0
            && (realm.Scheme == "https" || (realm.Scheme == "http" && registry.Url.Scheme == "http" && realm.IsLoopback))
            && (SameAuthority(realm, registry.Url) || registry.TokenRealms.Contains(Authority(realm), StringComparer.OrdinalIgnoreCase)
                || (registry.Acr is { } instance && AcrRealms.Contains(instance, Authority(realm))));
        return isAllowed ? realm! : throw new RegistryException(RegistryException.RealmNotAllowed,
            $"registry '{registry.Name}' sends clients to '{Excerpt.Of(text)}' for a token; no credentials were sent there. If that is right, list its host under tokenRealms of the Registry resource",
            transient: false);
    }

    private static bool SameAuthority(Uri one, Uri other) => one.Host == other.Host && one.Port == other.Port && one.Scheme == other.Scheme;

    private static string Authority(Uri uri) => uri.IsDefaultPort ? uri.Host : $"{uri.Host}:{uri.Port}";

    private static Uri WithQuery(Uri realm, string? service, string scope)
    {
        var query = realm.Query.TrimStart('?');
        query += (query.Length > 0 ? "&" : "") + "scope=" + Uri.EscapeDataString(scope);
        if (service is not null)
        {
            query += "&service=" + Uri.EscapeDataString(service);
        }

        return new UriBuilder(realm) { Query = query }.Uri;
    }

    private Token Read(ConfiguredRegistry registry, Uri realm, ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 8, AllowDuplicateProperties = false });
            var root = document.RootElement;
            var text = Text(root, "token") ?? Text(root, "access_token") ?? throw new JsonException("it holds no token");
            var life = root.TryGetProperty("expires_in", out var seconds) && seconds.TryGetInt32(out var told) ? TimeSpan.FromSeconds(told) : ShortestLife;
            return new Token(new AuthenticationHeaderValue("Bearer", text), time.GetUtcNow() + (life > ShortestLife ? life : ShortestLife) - Margin);
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException or FormatException)
        {
            throw new RegistryException(RegistryException.AnswerUnreadable,
                $"the token that {realm.Authority} gave for registry '{registry.Name}' cannot be read: {Excerpt.Of(unreadable.Message)}", transient: false, unreadable);
        }
    }

    private static string? Text(JsonElement root, string name) => root.TryGetProperty(name, out var value) ? value.GetString() : null;

    private sealed record Token(AuthenticationHeaderValue Header, DateTimeOffset ExpiresAt);
}
