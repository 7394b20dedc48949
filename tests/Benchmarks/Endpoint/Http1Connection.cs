using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace Kritis.Events.Benchmarks.Endpoint;

/// <summary>HTTP/1.1 with keep-alive over TLS 1.3, with as little work as possible: the load must not be what is measured.</summary>
internal sealed class Http1Connection : ILoadConnection
{
    private const string LengthHeader = "Content-Length: ";
    private readonly TcpClient _socket;
    private readonly SslStream _stream;
    private readonly byte[] _request;
    private readonly byte[] _expected;
    private readonly byte[] _buffer = new byte[16 * 1024];

    private Http1Connection(TcpClient socket, SslStream stream, byte[] request, byte[] expected) =>
        (_socket, _stream, _request, _expected) = (socket, stream, request, expected);

    public int Streams => 1;

    public static async Task<ILoadConnection> OpenAsync(Uri target, HttpScenario scenario, CancellationToken cancellationToken)
    {
        var socket = new TcpClient { NoDelay = true };
        await socket.ConnectAsync(target.Host, target.Port, cancellationToken);
        var stream = new SslStream(socket.GetStream());
        await stream.AuthenticateAsClientAsync(LoadTls.Options(target, SslApplicationProtocol.Http11), cancellationToken);
        if (stream.SslProtocol != SslProtocols.Tls13)
        {
            throw new InvalidDataException($"{target} speaks {stream.SslProtocol}; expected TLS 1.3.");
        }

        var head = string.Create(
            CultureInfo.InvariantCulture,
            $"POST {target.PathAndQuery} HTTP/1.1\r\nHost: {target.Authority}\r\nContent-Type: application/json\r\nContent-Length: {scenario.Review.Length}\r\n\r\n");
        return new Http1Connection(socket, stream, [.. Encoding.ASCII.GetBytes(head), .. scenario.Review], scenario.Answer);
    }

    public async Task SendAsync(CancellationToken cancellationToken)
    {
        await _stream.WriteAsync(_request, cancellationToken);
        var (filled, start, length) = (0, -1, 0);
        while (start < 0 || filled < start + length)
        {
            var read = await _stream.ReadAsync(_buffer.AsMemory(filled), cancellationToken);
            if (read == 0)
            {
                throw new InvalidDataException("The server closed the connection in the middle of an answer.");
            }

            filled += read;
            if (start < 0)
            {
                (start, length) = Head(_buffer.AsSpan(0, filled));
            }
        }

        if (!_buffer.AsSpan(start, length).SequenceEqual(_expected))
        {
            throw new InvalidDataException($"Unexpected answer: {Encoding.UTF8.GetString(_buffer, 0, filled)}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _socket.Dispose();
    }

    /// <summary>Where the body begins and how long it is; -1 while the head is not complete.</summary>
    private static (int Start, int Length) Head(ReadOnlySpan<byte> received)
    {
        var end = received.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return (-1, 0);
        }

        var head = Encoding.ASCII.GetString(received[..(end + 2)]);
        var at = head.IndexOf(LengthHeader, StringComparison.Ordinal);
        if (!head.StartsWith("HTTP/1.1 200", StringComparison.Ordinal) || at < 0)
        {
            throw new InvalidDataException($"Unexpected answer: {head}");
        }

        var value = head.AsSpan(at + LengthHeader.Length);
        return (end + 4, int.Parse(value[..value.IndexOf('\r')], CultureInfo.InvariantCulture));
    }
}
