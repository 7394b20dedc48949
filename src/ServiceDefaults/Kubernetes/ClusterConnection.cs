using System.Net.Sockets;
using k8s;

namespace Kritis.Events.ServiceDefaults.Kubernetes;

/// <summary>The connection to an API server: one that went silent is noticed within a minute, not when a watch runs out.</summary>
public static class ClusterConnection
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private const int MostProbes = 3;

    /// <summary>A client that looks whether the other side is still there, by pings of HTTP/2 or, for HTTP/1.1, of TCP.</summary>
    public static k8s.Kubernetes Of(KubernetesClientConfiguration access)
    {
        ArgumentNullException.ThrowIfNull(access);
        access.FirstMessageHandlerSetup = Watch;
        var client = new k8s.Kubernetes(access);
        if (access.TlsServerName is { Length: > 0 } name)
        {
            // The client sets it for its own methods only, and the resources are followed beside them.
            client.HttpClient.DefaultRequestHeaders.Host = name;
        }

        return client;
    }

    private static void Watch(HttpMessageHandler handler)
    {
        if (handler is not SocketsHttpHandler sockets)
        {
            return;
        }

        sockets.KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests;
        sockets.KeepAlivePingDelay = Silence;
        sockets.KeepAlivePingTimeout = Patience;
        sockets.ConnectTimeout = Patience;
        sockets.ConnectCallback = ConnectAsync;
    }

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, (int)Silence.TotalSeconds);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, (int)Patience.TotalSeconds);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, MostProbes);
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
