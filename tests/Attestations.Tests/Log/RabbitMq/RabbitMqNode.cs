using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using RabbitMQ.Client;

namespace Kritis.Events.Attestations.Tests.Log.RabbitMq;

/// <summary>A real RabbitMQ node of our own on free loopback ports, with its data in a temporary folder.</summary>
public sealed class RabbitMqNode : IAsyncLifetime
{
    private const string Programs = "/usr/lib/rabbitmq/bin";
    private readonly string _folder = Directory.CreateTempSubdirectory("kritis-rabbit-").FullName;
    private readonly int _port = FreePort();
    private readonly Dictionary<string, string> _environment;
    private Process? _server;

    public RabbitMqNode()
    {
        File.WriteAllText(Path.Combine(_folder, "rabbitmq.conf"), string.Create(CultureInfo.InvariantCulture, $"listeners.tcp.1 = 127.0.0.1:{_port}\n"));
        File.WriteAllText(Path.Combine(_folder, "enabled_plugins"), "[].\n");
        _environment = new()
        {
            ["HOME"] = _folder,
            ["RABBITMQ_NODENAME"] = string.Create(CultureInfo.InvariantCulture, $"kritis{_port}@localhost"),
            ["RABBITMQ_MNESIA_BASE"] = Path.Combine(_folder, "mnesia"),
            ["RABBITMQ_LOG_BASE"] = Path.Combine(_folder, "log"),
            ["RABBITMQ_PID_FILE"] = Path.Combine(_folder, "pid"),
            ["RABBITMQ_CONFIG_FILE"] = Path.Combine(_folder, "rabbitmq.conf"),
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(_folder, "enabled_plugins"),
            ["RABBITMQ_DIST_PORT"] = FreePort().ToString(CultureInfo.InvariantCulture),
            ["ERL_EPMD_PORT"] = FreePort().ToString(CultureInfo.InvariantCulture),
            ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
            ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "-kernel inet_dist_use_interface {127,0,0,1}",
        };
    }

    public ConnectionFactory Broker() => As("guest", "guest");

    public ConnectionFactory As(string user, string password) => new() { HostName = "127.0.0.1", Port = _port, UserName = user, Password = password };

    /// <summary>
    /// Starts the node and has it know streams for a while: on RabbitMQ 3.10.8 the streams of a node that is killed in the moment of its very
    /// first one stay "down or inaccessible" until they are deleted, which is not what these tests are about.
    /// </summary>
    public async ValueTask InitializeAsync()
    {
        await StartAsync();
        await OnChannelAsync(channel => channel.QueueDeclareAsync(
            "first-stream", durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?> { ["x-queue-type"] = "stream" }));
        await SignalAsync("TERM");
        await _server!.WaitForExitAsync();
        await StartAsync();
    }

    public async Task StartAsync()
    {
        _server = Process.Start(Command("rabbitmq-server"))!;
        _server.BeginOutputReadLine();
        _server.BeginErrorReadLine();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (true)
        {
            try
            {
                await using var connection = await ConnectAsync(limit.Token);
                return;
            }
            catch (Exception away) when (away is RabbitMQ.Client.Exceptions.RabbitMQClientException or IOException && !_server.HasExited)
            {
                await Task.Delay(200, limit.Token);
            }
        }
    }

    /// <summary>Ends the node as a power cut does.</summary>
    public async Task KillAsync()
    {
        _server!.Kill(entireProcessTree: true);
        await _server.WaitForExitAsync();
    }

    public Task<IConnection> ConnectAsync(CancellationToken cancellationToken = default)
    {
        var factory = Broker();
        factory.AutomaticRecoveryEnabled = false;
        factory.MaxInboundMessageBodySize = 512 * 1024 * 1024;
        return factory.CreateConnectionAsync(cancellationToken);
    }

    /// <summary>Does something on a channel of its own.</summary>
    public async Task OnChannelAsync(Func<IChannel, Task> work)
    {
        await using var connection = await ConnectAsync();
        await using var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        await work(channel);
    }

    /// <summary>The bytes of a stream's segment files, in which its messages are. The broker leaves only letters and digits of its name in theirs.</summary>
    public long SegmentBytes(string stream) => new DirectoryInfo(Path.Combine(_folder, "mnesia"))
        .EnumerateFiles("*.segment", SearchOption.AllDirectories)
        .Where(segment => Letters(segment.Directory!.Name).Contains(Letters(stream), StringComparison.Ordinal))
        .Sum(segment => segment.Length);

    private static string Letters(string name) => string.Concat(name.Where(char.IsAsciiLetterOrDigit));

    public async Task<string> ControlAsync(params string[] arguments)
    {
        using var process = Process.Start(Command("rabbitmqctl", arguments))!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        process.ExitCode.Should().Be(0, "rabbitmqctl {0}: {1}{2}", string.Join(' ', arguments), await output, await error);
        return await output;
    }

    /// <summary>Stops or continues the node's process without ending it: connections stay open and nothing answers.</summary>
    public async Task SignalAsync(string signal)
    {
        var pid = (await File.ReadAllTextAsync(Path.Combine(_folder, "pid"))).Trim();
        using var process = Process.Start("kill", [$"-{signal}", pid]);
        await process.WaitForExitAsync();
        process.ExitCode.Should().Be(0);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is { HasExited: false })
        {
            await KillAsync();
        }

        // epmd outlives its node; it listens on a port that only this node was given.
        using var daemon = Process.Start(Command("/usr/bin/epmd", "-kill"))!;
        await daemon.WaitForExitAsync();
        _server?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private ProcessStartInfo Command(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(Programs, program), arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in _environment)
        {
            start.Environment[name] = value;
        }

        return start;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
