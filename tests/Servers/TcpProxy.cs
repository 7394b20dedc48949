using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Kritis.Events.Servers;

/// <summary>A wire between two processes on loopback that can be cut and slowed.</summary>
public sealed class TcpProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, FreePorts.Next());
    private readonly CancellationTokenSource _ended = new();
    private readonly ConcurrentDictionary<Socket, bool> _sockets = new();
    private readonly int _target;
    private readonly Task _accepting;
    private volatile bool _isCut;
    private long _delayTicks;
    private long _received;

    /// <summary>A wire to <paramref name="target"/>, a port on loopback where nobody needs to listen yet.</summary>
    public TcpProxy(int target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How many bytes came from the target so far, over all connections.</summary>
    public long Received => Interlocked.Read(ref _received);

    /// <summary>How many connections it holds now.</summary>
    public int Connections => _sockets.Count / 2;

    /// <summary>Closes every connection and takes no new one.</summary>
    public void Cut()
    {
        _isCut = true;
        foreach (var socket in _sockets.Keys)
        {
            socket.Dispose();
        }
    }

    /// <summary>Holds every chunk of bytes back for so long, in both directions.</summary>
    public void Slow(TimeSpan delay) => Interlocked.Exchange(ref _delayTicks, delay.Ticks);

    /// <summary>Takes connections again, at full speed.</summary>
    public void Heal()
    {
        _isCut = false;
        Slow(TimeSpan.Zero);
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        _listener.Stop();
        Cut();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _listener.Dispose();
        _ended.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_ended.IsCancellationRequested)
        {
            var client = await _listener.AcceptSocketAsync(_ended.Token);
            _ = JoinAsync(client);
        }
    }

    private async Task JoinAsync(Socket client)
    {
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using (client)
        {
            client.NoDelay = true;
            (_sockets[client], _sockets[server]) = (true, true);
            try
            {
                if (!_isCut)
                {
                    await server.ConnectAsync(IPAddress.Loopback, _target, _ended.Token);
                    _ = await Task.WhenAny(PumpAsync(client, server, _ => { }), PumpAsync(server, client, count => Interlocked.Add(ref _received, count)));
                }
            }
            catch (Exception gone) when (gone is SocketException or ObjectDisposedException or OperationCanceledException)
            {
                // Nobody listens behind the wire, or it was cut while it was being joined.
            }
            finally
            {
                _ = _sockets.TryRemove(client, out _);
                _ = _sockets.TryRemove(server, out _);
            }
        }
    }

    private async Task PumpAsync(Socket from, Socket to, Action<int> passed)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (!_isCut && await from.ReceiveAsync(buffer, _ended.Token) is var count and > 0)
            {
                if (Interlocked.Read(ref _delayTicks) is var ticks and > 0)
                {
                    await Task.Delay(TimeSpan.FromTicks(ticks), _ended.Token);
                }

                _ = await to.SendAsync(buffer.AsMemory(0, count), _ended.Token);
                passed(count);
            }
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // One end is gone; the other is closed with it.
        }
    }
}
