using System.Net;
using System.Net.Sockets;

namespace Kritis.Events.Cli.Up;

/// <summary>The loopback ports of the embedded system.</summary>
internal sealed record EmbeddedPorts(int Registry, int Signer, int Verifier)
{
    /// <summary>Three ports that are free at this moment.</summary>
    public static EmbeddedPorts Free()
    {
        var listeners = Enumerable.Range(0, 3).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToArray();
        foreach (var listener in listeners)
        {
            listener.Start();
        }

        var ports = listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port).ToArray();
        foreach (var listener in listeners)
        {
            listener.Dispose();
        }

        return new EmbeddedPorts(ports[0], ports[1], ports[2]);
    }

    public string RegistryHost => $"127.0.0.1:{Registry}";

    public Uri Intake => new($"http://127.0.0.1:{Signer}/events/distribution");

    public Uri Webhook => new($"https://127.0.0.1:{Verifier}/validate");
}
