using System.Net.Sockets;
using System.Text;

namespace Kritis.Events.Signer.Tests.Intake;

/// <summary>A request written byte by byte, for what an HTTP client would not send.</summary>
internal sealed class RawRequest : IDisposable
{
    private readonly TcpClient _connection = new();

    public static async Task<RawRequest> SendAsync(Uri to, string text)
    {
        var request = new RawRequest();
        await request._connection.ConnectAsync(to.Host, to.Port, IntakeHost.Cancellation);
        await request._connection.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text), IntakeHost.Cancellation);
        return request;
    }

    public async Task<string?> StatusLineAsync()
    {
        using var reader = new StreamReader(_connection.GetStream(), Encoding.ASCII);
        return await reader.ReadLineAsync(IntakeHost.Cancellation);
    }

    public void Dispose() => _connection.Dispose();
}
