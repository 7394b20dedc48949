using System.Diagnostics;
using System.Security.Cryptography;
using Kritis.Events.Benchmarks.Data;
using Kritis.Events.Benchmarks.Running;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Kritis.Events.Benchmarks.Admissible;

/// <summary>What a push cannot do without, each measured alone: a message through the broker, a HEAD to the registry, a signature, a verification.</summary>
internal sealed class UnavoidableParts : IAsyncDisposable
{
    private const int Times = 200;
    private const int Bits = 2048;
    private const int MessageBytes = 700;
    private const int Hops = 2;
    private readonly RSA _key = RSA.Create(Bits);
    private readonly byte[] _message = new byte[MessageBytes];
    private readonly IConnection _connection;
    private readonly IChannel _channel;
    private readonly Pushes _pushed;
    private readonly Dictionary<string, List<double>> _medians = [];
    private TaskCompletionSource _arrived = new();
    private string _queue = "";

    private UnavoidableParts(IConnection connection, IChannel channel, Pushes pushed) => (_connection, _channel, _pushed) = (connection, channel, pushed);

    public static async Task<UnavoidableParts> OpenAsync(Uri broker, Pushes pushed, CancellationToken cancellationToken)
    {
        var connection = await new ConnectionFactory { Uri = broker }.CreateConnectionAsync(cancellationToken);
        var parts = new UnavoidableParts(connection, await connection.CreateChannelAsync(cancellationToken: cancellationToken), pushed);
        var queue = await parts._channel.QueueDeclareAsync(
            "benchmark.hop", durable: true, exclusive: false, autoDelete: false,
            new Dictionary<string, object?> { ["x-queue-type"] = "quorum" }, cancellationToken: cancellationToken);
        parts._queue = queue.QueueName;
        var consumer = new AsyncEventingBasicConsumer(parts._channel);
        consumer.ReceivedAsync += (_, _) =>
        {
            parts._arrived.SetResult();
            return Task.CompletedTask;
        };
        _ = await parts._channel.BasicConsumeAsync(parts._queue, autoAck: true, consumer, cancellationToken);
        return parts;
    }

    /// <summary>Measures each part several times.</summary>
    /// <returns>The sum of their medians, in milliseconds.</returns>
    public async Task<double> MeasureAsync(CancellationToken cancellationToken)
    {
        var signature = _key.SignData(_message, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var hop = await MedianAsync("a hop through a durable queue of the broker", _ => HopAsync(cancellationToken));
        var head = await MedianAsync("a HEAD to the registry", number => _pushed.HeadAsync(number, cancellationToken));
        var sign = await MedianAsync("an RSA-2048 signature", number =>
        {
            _ = _key.SignData(_message, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            return Task.CompletedTask;
        });
        var verify = await MedianAsync("an RSA-2048 verification", number =>
        {
            _ = _key.VerifyData(_message, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            return Task.CompletedTask;
        });
        return (Hops * hop) + head + sign + verify;
    }

    public void Print(Figures figures)
    {
        foreach (var (name, medians) in _medians)
        {
            figures.Add(name, medians.Median(), "ms");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
        _key.Dispose();
    }

    private async Task<double> MedianAsync(string name, Func<int, Task> part)
    {
        var times = new List<double>(Times);
        for (var number = 0; number < Times; number++)
        {
            var started = Stopwatch.GetTimestamp();
            await part(number);
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        if (!_medians.TryGetValue(name, out var medians))
        {
            _medians[name] = medians = [];
        }

        medians.Add(times.Median());
        return medians[^1];
    }

    private async Task HopAsync(CancellationToken cancellationToken)
    {
        _arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await _channel.BasicPublishAsync("", _queue, mandatory: true, new BasicProperties { DeliveryMode = DeliveryModes.Persistent }, _message, cancellationToken);
        await _arrived.Task.WaitAsync(cancellationToken);
    }
}
