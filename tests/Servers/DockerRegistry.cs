using System.Globalization;
using System.Net;

namespace Kritis.Events.Servers;

/// <summary>CNCF Distribution, from Debian's <c>docker-registry</c>.</summary>
public sealed class DockerRegistry : IAsyncDisposable
{
    private readonly ServerFolder _folder = new("registry");
    private ChildProcess? _server;

    private DockerRegistry()
    {
    }

    public int Port { get; } = FreePorts.Next();

    public string Address => $"127.0.0.1:{Port}";

    /// <summary>The id of its process.</summary>
    public int Id => _server!.Id;

    public string Output => _server?.Output ?? "";

    /// <summary>Starts it.</summary>
    /// <param name="notifications">Where it tells of pushes, and with which bearer token.</param>
    /// <param name="htpasswd">Lines of an htpasswd file (bcrypt), where it shall ask for a password.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public static async Task<DockerRegistry> StartAsync(
        IReadOnlyList<(Uri Url, string Token)> notifications, string? htpasswd, CancellationToken cancellationToken)
    {
        var registry = new DockerRegistry();
        registry._folder.Write("config.yml", registry.Configuration(notifications, htpasswd));
        await registry.StartServerAsync(cancellationToken);
        return registry;
    }

    /// <summary>Ends it as a power cut would; what it had not told anybody yet is forgotten.</summary>
    public Task StopAsync() => _server!.KillAsync();

    public Task RestartAsync(CancellationToken cancellationToken) => StartServerAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.KillAsync();
        }

        _folder.Dispose();
    }

    private async Task StartServerAsync(CancellationToken cancellationToken)
    {
        _server = ChildProcess.Start("docker-registry", "docker-registry", ["serve", _folder.File("config.yml")]);
        using var http = new HttpClient();
        await Eventually.Async("docker-registry answers", async () =>
        {
            using var answer = await http.GetAsync(new Uri($"http://{Address}/v2/"), cancellationToken);
            return answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.Unauthorized;
        }, cancellationToken, () => _server.Output);
    }

    private string Configuration(IReadOnlyList<(Uri Url, string Token)> notifications, string? htpasswd)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $$"""
            version: 0.1
            log: { level: warn, accesslog: { disabled: true } }
            storage:
              filesystem: { rootdirectory: {{_folder.File("storage")}} }
              delete: { enabled: true }
            http: { addr: "{{Address}}" }

            """);
        if (htpasswd is not null)
        {
            text += $"auth: {{ htpasswd: {{ realm: kritis, path: {_folder.Write("htpasswd", htpasswd)} }} }}\n";
        }

        if (notifications.Count > 0)
        {
            text += "notifications:\n  endpoints:\n";
        }

        foreach (var (url, token) in notifications)
        {
            text += $"    - {{ name: signer{url.Port}, url: \"{url}\", headers: {{ Authorization: [\"Bearer {token}\"] }}, timeout: 5s, threshold: 3, backoff: 1s }}\n";
        }

        return text;
    }
}
