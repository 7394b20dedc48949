using System.Globalization;
using System.Net;

namespace Kritis.Events.ServiceDefaults.Settings;

/// <summary>
/// Where the bus is: <c>amqp://user:password@host:port,host:port/vhost</c> with the nodes of one RabbitMQ cluster, <c>amqps://…</c>, or
/// <c>memory:</c>. What separates the parts is percent-encoded inside of them, as RabbitMQ's URI specification has it.
/// </summary>
public sealed class BusAddress
{
    /// <summary>How an address is written.</summary>
    public const string Expected = "amqp://user:password@host:port/vhost, with several hosts host:port,host:port, amqps://… or memory:";

    private const string Memory = "memory:";
    private const int PlainPort = 5672;
    private const int TlsPort = 5671;

    private BusAddress()
    {
    }

    /// <summary>Whether messages stay in this process; the other members say nothing then.</summary>
    public bool InMemory => Hosts.Count == 0;

    /// <summary>Whether the connections are encrypted.</summary>
    public bool Tls { get; private init; }

    /// <summary>The nodes, at least one.</summary>
    public IReadOnlyList<DnsEndPoint> Hosts { get; private init; } = [];

    /// <summary>The user name; <c>guest</c> where none is given.</summary>
    public string UserName { get; private init; } = "guest";

    /// <summary>The password; <c>guest</c> where none is given.</summary>
    public string Password { get; private init; } = "guest";

    /// <summary>The virtual host; <c>/</c> where none is given.</summary>
    public string VirtualHost { get; private init; } = "/";

    /// <summary>Reads an address.</summary>
    /// <exception cref="FormatException">It is none. The message says why, without a part of the address, which could be a part of the password.</exception>
    public static BusAddress Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.StartsWith(Memory, StringComparison.Ordinal))
        {
            return new BusAddress();
        }

        var tls = text.StartsWith("amqps://", StringComparison.OrdinalIgnoreCase);
        if (!tls && !text.StartsWith("amqp://", StringComparison.OrdinalIgnoreCase))
        {
            throw new FormatException("is not a bus address");
        }

        var rest = text[(text.IndexOf("://", StringComparison.Ordinal) + 3)..];
        var (authority, path) = Split(rest, rest.IndexOf('/', StringComparison.Ordinal));
        if (path.Contains('@', StringComparison.Ordinal) || rest.AsSpan().IndexOfAny('?', '#') >= 0)
        {
            throw new FormatException("has an '@' behind a '/', a '?' or a '#' (in a user name or password they are written %40, %2F, %3F, %23; options are not known)");
        }

        if (path.Contains('/', StringComparison.Ordinal))
        {
            throw new FormatException("has a '/' inside its virtual host (it is written %2F)");
        }

        var at = authority.LastIndexOf('@');
        var (userName, password) = at < 0 ? ("guest", "guest") : Credentials(authority[..at]);
        return new BusAddress
        {
            Tls = tls,
            Hosts = [.. authority[(at + 1)..].Split(',').Select((host, number) => Host(host, number + 1, tls ? TlsPort : PlainPort))],
            UserName = userName,
            Password = password,
            VirtualHost = path.Length == 0 ? "/" : Uri.UnescapeDataString(path),
        };
    }

    /// <summary>The address without user name and password.</summary>
    public override string ToString() => InMemory
        ? Memory
        : $"{(Tls ? "amqps" : "amqp")}://{string.Join(',', Hosts.Select(Written))}/{(VirtualHost == "/" ? "" : Uri.EscapeDataString(VirtualHost))}";

    private static string Written(DnsEndPoint host) => string.Create(
        CultureInfo.InvariantCulture, $"{(host.Host.Contains(':', StringComparison.Ordinal) ? $"[{host.Host}]" : host.Host)}:{host.Port}");

    private static (string Before, string Behind) Split(string text, int position) =>
        position < 0 ? (text, "") : (text[..position], text[(position + 1)..]);

    private static (string UserName, string Password) Credentials(string text)
    {
        var (userName, password) = Split(text, text.IndexOf(':', StringComparison.Ordinal));
        return userName.Length == 0
            ? throw new FormatException("has an '@' with no user name before it")
            : (Uri.UnescapeDataString(userName), Uri.UnescapeDataString(password));
    }

    private static DnsEndPoint Host(string text, int number, int otherwise)
    {
        var end = text.StartsWith('[') ? text.IndexOf(']', StringComparison.Ordinal) + 1 : 0;
        var (name, port) = Split(text, text.IndexOf(':', end));
        if (Uri.CheckHostName(name) == UriHostNameType.Unknown)
        {
            throw new FormatException($"names no host in place {number} of its hosts");
        }

        if (text.Length == name.Length)
        {
            return new DnsEndPoint(name.Trim('[', ']'), otherwise);
        }

        return ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var known) && known > 0
            ? new DnsEndPoint(name.Trim('[', ']'), known)
            : throw new FormatException($"has no port from 1 to 65535 behind the ':' in place {number} of its hosts");
    }
}
