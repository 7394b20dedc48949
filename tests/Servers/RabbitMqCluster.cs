using System.Globalization;

namespace Kritis.Events.Servers;

/// <summary>Three nodes of RabbitMQ on this machine, each with its ports and data, as one cluster.</summary>
public sealed class RabbitMqCluster : IAsyncDisposable
{
    private readonly RabbitMqServer[] _nodes;

    private RabbitMqCluster()
    {
        var first = new RabbitMqServer();
        _nodes = [first, new RabbitMqServer(first), new RabbitMqServer(first)];
    }

    public IReadOnlyList<RabbitMqServer> Nodes => _nodes;

    /// <summary>All three, as <c>Bus:Uri</c> names them.</summary>
    public string Uri => $"amqp://guest:guest@{string.Join(',', _nodes.Select(node => $"127.0.0.1:{node.Port}"))}/";

    /// <summary>Starts the first node, which founds the cluster, and then the others at the same time.</summary>
    public static async Task<RabbitMqCluster> StartAsync(CancellationToken cancellationToken)
    {
        var cluster = new RabbitMqCluster();
        try
        {
            await cluster._nodes[0].StartAsync(cluster.Settings, cancellationToken);
            await Task.WhenAll(cluster._nodes.Skip(1).Select(node => node.StartAsync(cluster.Settings, cancellationToken)));
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until every node may be lost without a queue or a stream losing its majority.</summary>
    public Task UntilWholeAsync(CancellationToken cancellationToken) => Eventually.Async("every node may be lost", async () =>
    {
        foreach (var node in _nodes)
        {
            _ = await node.QueuesAsync(cancellationToken, "check_if_node_is_quorum_critical");
        }

        return true;
    }, cancellationToken, patience: TimeSpan.FromMinutes(4));

    public async ValueTask DisposeAsync()
    {
        // The port mapper goes with the first node, and the others need it to the end.
        foreach (var node in _nodes.Reverse())
        {
            await node.DisposeAsync();
        }
    }

    private IEnumerable<string> Settings =>
    [
        "cluster_formation.peer_discovery_backend = classic_config",
        "cluster_partition_handling = pause_minority",
        .. _nodes.Select((node, number) => string.Create(CultureInfo.InvariantCulture, $"cluster_formation.classic_config.nodes.{number + 1} = {node.Node}")),
    ];
}
