using System.Globalization;
using RabbitMQ.Client;

namespace Kritis.Events.Servers;

/// <summary>Debian's <c>rabbitmq-server</c> with ports, data and port mapper of its own.</summary>
public sealed class RabbitMqServer : IAsyncDisposable
{
    private const string Binary = "/usr/lib/rabbitmq/bin/rabbitmq-server";
    private readonly ServerFolder _folder = new("rabbitmq");
    private readonly int _distributionPort = FreePorts.Next();
    private readonly int _mapperPort = FreePorts.Next();
    private ChildProcess? _mapper;
    private ChildProcess? _server;

    private RabbitMqServer()
    {
    }

    public int Port { get; } = FreePorts.Next();

    public Uri Uri => new($"amqp://guest:guest@127.0.0.1:{Port}/");

    public static async Task<RabbitMqServer> StartAsync(CancellationToken cancellationToken)
    {
        var server = new RabbitMqServer();
        server._folder.Write("rabbitmq.conf", string.Create(CultureInfo.InvariantCulture, $"""
            listeners.tcp.1 = 127.0.0.1:{server.Port}
            loopback_users.guest = false
            disk_free_limit.absolute = 50MB
            vm_memory_high_watermark.absolute = 2GB
            """) + "\n");
        server._folder.Write("enabled_plugins", "[].\n");
        try
        {
            await server.StartNodeAsync(cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
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

    /// <summary>Sends the Erlang machine a signal, for example <c>STOP</c> and <c>CONT</c>.</summary>
    public async Task SignalAsync(string signal, CancellationToken cancellationToken)
    {
        var id = (await File.ReadAllTextAsync(_folder.File("rabbitmq.pid"), cancellationToken)).Trim();
        _ = await ChildProcess.RunAsync("kill", [$"-{signal}", id], cancellationToken);
    }

    /// <summary>Starts it again on the same ports and data.</summary>
    public Task RestartAsync(CancellationToken cancellationToken) => StartNodeAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        if (_mapper is not null)
        {
            await _mapper.DisposeAsync();
        }

        _folder.Dispose();
    }

    private async Task StartNodeAsync(CancellationToken cancellationToken)
    {
        var environment = Environment();
        _mapper ??= ChildProcess.Start("epmd", "epmd", ["-address", "127.0.0.1", "-port", _mapperPort.ToString(CultureInfo.InvariantCulture)], environment);
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
        ["RABBITMQ_NODENAME"] = $"kritis{Port}@localhost",
        ["RABBITMQ_MNESIA_BASE"] = _folder.File("mnesia"),
        ["RABBITMQ_LOG_BASE"] = _folder.File("log"),
        ["RABBITMQ_PID_FILE"] = _folder.File("rabbitmq.pid"),
        ["RABBITMQ_CONFIG_FILE"] = _folder.File("rabbitmq.conf"),
        ["RABBITMQ_ENABLED_PLUGINS_FILE"] = _folder.File("enabled_plugins"),
        ["RABBITMQ_DIST_PORT"] = _distributionPort.ToString(CultureInfo.InvariantCulture),
        ["ERL_EPMD_PORT"] = _mapperPort.ToString(CultureInfo.InvariantCulture),
        ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
        ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "-kernel inet_dist_use_interface {127,0,0,1}",
    };
}
