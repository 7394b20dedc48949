namespace Kritis.Events.Servers;

/// <summary>Debian's <c>etcd-server</c> with ports and data of its own. It never waits for the disk.</summary>
public sealed class EtcdServer : IAsyncDisposable
{
    private readonly ServerFolder _folder = new("etcd");
    private readonly Uri _peers = new($"http://127.0.0.1:{FreePorts.Next()}");
    private ChildProcess? _server;

    private EtcdServer()
    {
    }

    public Uri Url { get; } = new($"http://127.0.0.1:{FreePorts.Next()}");

    public static async Task<EtcdServer> StartAsync(CancellationToken cancellationToken)
    {
        var etcd = new EtcdServer();
        try
        {
            await etcd.StartServerAsync(cancellationToken);
            return etcd;
        }
        catch
        {
            await etcd.DisposeAsync();
            throw;
        }
    }

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
        _server = ChildProcess.Start("etcd", "etcd",
        [
            "--name=kritis",
            $"--data-dir={_folder.File("data")}",
            $"--listen-client-urls={Address(Url)}",
            $"--advertise-client-urls={Address(Url)}",
            $"--listen-peer-urls={Address(_peers)}",
            $"--initial-advertise-peer-urls={Address(_peers)}",
            $"--initial-cluster=kritis={Address(_peers)}",
            "--unsafe-no-fsync",
        ], folder: _folder.Path);
        using var http = new HttpClient();
        await _server.UntilAsync("etcd is healthy", async () =>
            (await http.GetStringAsync(new Uri(Url, "/health"), cancellationToken)).Contains("true", StringComparison.Ordinal), cancellationToken);
    }

    private static string Address(Uri url) => url.GetLeftPart(UriPartial.Authority);
}
