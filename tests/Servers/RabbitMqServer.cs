using System.Globalization;
using RabbitMQ.Client;

namespace Kritis.Events.Servers;

/// <summary>Debian's <c>rabbitmq-server</c> with ports and data of its own. The nodes of a cluster share the port mapper of the first.</summary>
public sealed class RabbitMqServer : IAsyncDisposable
{
    private const string Binary = "/usr/lib/rabbitmq/bin/rabbitmq-server";
    private readonly ServerFolder _folder = new("rabbitmq");
    private readonly int _distributionPort = FreePorts.Next();
    private readonly int _mapperPort;
    private readonly bool _hasMapper;
    private ChildProcess? _mapper;
    private ChildProcess? _server;

    /// <param name="first">The node of whose cluster it will be, or null.</param>
    internal RabbitMqServer(RabbitMqServer? first = null)
    {
        _hasMapper = first is null;
        _mapperPort = first?._mapperPort ?? FreePorts.Next();
    }

    public int Port { get; } = FreePorts.Next();

    public Uri Uri => new($"amqp://guest:guest@127.0.0.1:{Port}/");

    /// <summary>Its name among the nodes of its cluster.</summary>
    internal string Node => $"kritis{Port}@localhost";

    public static async Task<RabbitMqServer> StartAsync(CancellationToken cancellationToken)
    {
        var server = new RabbitMqServer();
        await server.StartAsync([], cancellationToken);
        return server;
    }

    /// <summary>Starts one that takes connections with TLS as well, from those who show a certificate.</summary>
    /// <param name="port">Its port for them.</param>
    /// <param name="certificate">Its own certificate.</param>
    /// <param name="authority">Who issues those of the clients, PEM.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    internal static async Task<RabbitMqServer> StartAsync(int port, CertificateAndKey certificate, string authority, CancellationToken cancellationToken)
    {
        var server = new RabbitMqServer();
        await server.StartAsync([
            string.Create(CultureInfo.InvariantCulture, $"listeners.ssl.1 = 127.0.0.1:{port}"),
            $"ssl_options.cacertfile = {server._folder.Write("ca.pem", authority)}",
            $"ssl_options.certfile = {server._folder.Write("server.pem", certificate.Certificate)}",
            $"ssl_options.keyfile = {server._folder.Write("server.key", certificate.Key)}",
            "ssl_options.verify = verify_peer",
            "ssl_options.fail_if_no_peer_cert = true",
        ], cancellationToken);
        return server;
    }

    /// <summary>Runs <c>rabbitmq-queues</c> against it.</summary>
    /// <exception cref="InvalidOperationException">It said no; the message holds what it wrote.</exception>
    internal Task<string> QueuesAsync(CancellationToken cancellationToken, params string[] arguments) =>
        ChildProcess.RunAsync("/usr/lib/rabbitmq/bin/rabbitmq-queues", arguments, cancellationToken, Environment());

    /// <summary>Evaluates an Erlang expression in it.</summary>
    /// <exception cref="InvalidOperationException">It said no; the message holds what it wrote.</exception>
    internal Task<string> EvaluateAsync(string expression, CancellationToken cancellationToken) =>
        ChildProcess.RunAsync("/usr/lib/rabbitmq/bin/rabbitmqctl", ["eval", expression], cancellationToken, Environment());

    /// <summary>
    /// Has it write down which members of Raft groups run on it, which it does by itself half a second after it was last asked for one. Killed before
    /// that, RabbitMQ 3.10 does not start its first stream again.
    /// </summary>
    internal Task SettleAsync(CancellationToken cancellationToken) => EvaluateAsync("lists:foreach(fun dets:sync/1, dets:all()).", cancellationToken);

    /// <summary>Makes it forget that streams run on it, as a kill in that half second does. Only while it is down.</summary>
    internal void ForgetStreams()
    {
        foreach (var names in Directory.GetFiles(_folder.File("mnesia"), "names.dets", SearchOption.AllDirectories).Where(file => file.Contains("/coordination/", StringComparison.Ordinal)))
        {
            File.Delete(names);
        }
    }

    /// <summary>Ends it as a power cut would.</summary>
    public async Task KillAsync()
    {
        if (_server is not null)
        {
            await _server.KillAsync();
            await KillBeamAsync();
        }
    }

    /// <summary>Ends it and deletes all that it held.</summary>
    public async Task LoseDataAsync()
    {
        await KillAsync();
        Directory.Delete(_folder.File("mnesia"), recursive: true);
    }

    /// <summary>The id of the Erlang machine's process.</summary>
    public async Task<int> IdAsync(CancellationToken cancellationToken) => int.Parse(await ReadIdAsync(cancellationToken), CultureInfo.InvariantCulture);

    /// <summary>Sends the Erlang machine a signal, for example <c>STOP</c> and <c>CONT</c>.</summary>
    public async Task SignalAsync(string signal, CancellationToken cancellationToken) =>
        _ = await ChildProcess.RunAsync("kill", [$"-{signal}", await ReadIdAsync(cancellationToken)], cancellationToken);

    /// <summary>Lets all threads of the Erlang machine run on one core only.</summary>
    public async Task PinAsync(int core, CancellationToken cancellationToken) => _ = await ChildProcess.RunAsync(
        "taskset", ["-a", "-c", "-p", core.ToString(CultureInfo.InvariantCulture), await ReadIdAsync(cancellationToken)], cancellationToken);

    /// <summary>Starts it again on the same ports and data.</summary>
    public Task RestartAsync(CancellationToken cancellationToken) => StartNodeAsync(cancellationToken);

    internal async Task StartAsync(IEnumerable<string> settings, CancellationToken cancellationToken)
    {
        string[] own =
        [
            string.Create(CultureInfo.InvariantCulture, $"listeners.tcp.1 = 127.0.0.1:{Port}"),
            "loopback_users.guest = false",
            "disk_free_limit.absolute = 50MB",
            "vm_memory_high_watermark.absolute = 2GB",
        ];
        _folder.Write("rabbitmq.conf", string.Join('\n', own.Concat(settings)) + "\n");
        _folder.Write("enabled_plugins", "[].\n");
        try
        {
            await StartNodeAsync(cancellationToken);
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        if (_mapper is not null)
        {
            await _mapper.DisposeAsync();
        }

        _folder.Dispose();
    }

    private async Task<string> ReadIdAsync(CancellationToken cancellationToken) =>
        (await File.ReadAllTextAsync(_folder.File("rabbitmq.pid"), cancellationToken)).Trim();

    private async Task StartNodeAsync(CancellationToken cancellationToken)
    {
        var environment = Environment();
        _mapper ??= !_hasMapper ? null : ChildProcess.Start("epmd", "epmd", ["-address", "127.0.0.1", "-port", _mapperPort.ToString(CultureInfo.InvariantCulture)], environment);
        _server = ChildProcess.Start("rabbitmq", Binary, [], environment, _folder.Path);
        await Eventually.Async("RabbitMQ takes connections", async () =>
        {
            if (_server.HasExited)
            {
                throw new InvalidOperationException($"rabbitmq-server ended with {_server.ExitCode}");
            }

            await using var connection = await new ConnectionFactory { Uri = Uri }.CreateConnectionAsync(cancellationToken);
            return connection.IsOpen;
        }, cancellationToken, () => _server.Output, TimeSpan.FromSeconds(120));
    }

    /// <summary>The script starts the Erlang machine as its child, which outlives it when only the script is killed.</summary>
    private async Task KillBeamAsync()
    {
        var pidFile = _folder.File("rabbitmq.pid");
        if (File.Exists(pidFile) && int.TryParse((await File.ReadAllTextAsync(pidFile)).Trim(), CultureInfo.InvariantCulture, out var pid))
        {
            try
            {
                using var beam = System.Diagnostics.Process.GetProcessById(pid);
                beam.Kill(entireProcessTree: true);
                await beam.WaitForExitAsync();
            }
            catch (Exception gone) when (gone is ArgumentException or InvalidOperationException)
            {
                // It has ended already.
            }

            File.Delete(pidFile);
        }
    }

    private Dictionary<string, string> Environment() => new()
    {
        ["HOME"] = _folder.Path,
        ["RABBITMQ_NODENAME"] = Node,
        ["RABBITMQ_MNESIA_BASE"] = _folder.File("mnesia"),
        ["RABBITMQ_LOG_BASE"] = _folder.File("log"),
        ["RABBITMQ_PID_FILE"] = _folder.File("rabbitmq.pid"),
        ["RABBITMQ_CONFIG_FILE"] = _folder.File("rabbitmq.conf"),
        ["RABBITMQ_ENABLED_PLUGINS_FILE"] = _folder.File("enabled_plugins"),
        ["RABBITMQ_DIST_PORT"] = _distributionPort.ToString(CultureInfo.InvariantCulture),
        ["ERL_EPMD_PORT"] = _mapperPort.ToString(CultureInfo.InvariantCulture),
        ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
        ["RABBITMQ_ERLANG_COOKIE"] = $"kritis{_mapperPort}",
        ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "-kernel inet_dist_use_interface {127,0,0,1}",
    };
}
