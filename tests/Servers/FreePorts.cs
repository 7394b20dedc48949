using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Kritis.Events.Servers;

/// <summary>Free loopback ports, none of them given out twice by this process.</summary>
public static class FreePorts
{
    private static readonly ConcurrentDictionary<int, bool> Given = new();

    public static int Next()
    {
        while (true)
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            var port = ((IPEndPoint)listener.LocalEndpoint).Port;
            if (Given.TryAdd(port, true))
            {
                return port;
            }
        }
    }
}
