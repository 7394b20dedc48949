using Kritis.Events.Servers;

namespace Kritis.Events.EndToEnd.Faults;

/// <summary>What a <see cref="FaultyInstallation"/> is to have that is not as usual.</summary>
internal sealed record FaultySetup
{
    /// <summary>The brokers, in place of one behind a wire for each service; they outlive the installation.</summary>
    public RabbitMqCluster? Cluster { get; init; }

    /// <summary>How long the KMS takes for a signature.</summary>
    public TimeSpan SigningTime { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>How many pushes a signer has in hand at most.</summary>
    public int ConcurrentPushes { get; init; } = 32;
}
