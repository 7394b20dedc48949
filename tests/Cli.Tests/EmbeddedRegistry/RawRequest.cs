using System.Net.Sockets;
using System.Text;

namespace Kritis.Events.Cli.Tests.EmbeddedRegistry;

/// <summary>A request as it goes over the wire, for paths and bodies that an HTTP client would put right.</summary>
internal static class RawRequest
{
    /// <returns>The whole answer.</returns>
    public static async Task<string> SendAsync(Uri server, string method, string target, string headersAndBody = "\r\n")
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var connection = new TcpClient();
        await connection.ConnectAsync(server.Host, server.Port, cancellation);
        await using var stream = connection.GetStream();
        await stream.WriteAsync(
            Encoding.Latin1.GetBytes($"{method} {target} HTTP/1.1\r\nHost: {server.Authority}\r\nConnection: close\r\n{headersAndBody}"), cancellation);
        using var reader = new StreamReader(stream, Encoding.Latin1);
        return await reader.ReadToEndAsync(cancellation);
    }

    /// <summary>Sends the start of a request; its sender goes away when what is returned is disposed.</summary>
    public static async Task<IDisposable> BeginAsync(Uri server, string method, string target, string headersAndBody)
    {
        var connection = new TcpClient();
        await connection.ConnectAsync(server.Host, server.Port, TestContext.Current.CancellationToken);
        await connection.GetStream().WriteAsync(
            Encoding.Latin1.GetBytes($"{method} {target} HTTP/1.1\r\nHost: {server.Authority}\r\n{headersAndBody}"));
        return connection;
    }
}
