using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Kritis.Events.ServiceDefaults.Settings;
using RabbitMQ.Client;

namespace Kritis.Events.ServiceDefaults.Bus;

/// <summary>
/// How every connection to the broker is made: to any node of the cluster that answers, in an order of its own each time, and with TLS to none whose
/// certificate is not for the host that was asked for.
/// </summary>
public static class BrokerClient
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    /// <summary>A machine that lost its power answers nothing; its connections are given up after twice this time.</summary>
    internal static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(10);

    /// <summary>How long one node may take to answer before the next is asked.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>A factory of connections that do not recover by themselves.</summary>
    /// <param name="bus">Where the broker is.</param>
    public static ConnectionFactory Factory(BusOptions bus)
    {
        var factory = new ConnectionFactory
        {
            AutomaticRecoveryEnabled = false,
            TopologyRecoveryEnabled = false,
            RequestedConnectionTimeout = Patience,
            RequestedHeartbeat = Heartbeat,
        };
        Configure(factory, bus);
        return factory;
    }

    internal static void Configure(ConnectionFactory factory, BusOptions bus)
    {
        ArgumentNullException.ThrowIfNull(bus);
        factory.UserName = bus.Address.UserName;
        factory.Password = bus.Address.Password;
        factory.VirtualHost = bus.Address.VirtualHost;
        factory.EndpointResolverFactory = _ => new Nodes(() => Read(factory, bus));
    }

    private static List<AmqpTcpEndpoint> Read(ConnectionFactory factory, BusOptions bus)
    {
        if (!bus.Address.Tls)
        {
            return [.. bus.Address.Hosts.Select(node => Node(node, new SslOption()))];
        }

        var authorities = bus.Tls.ReadAuthorities();
        var certificate = bus.Tls.ReadCertificate();
        return [.. bus.Address.Hosts.Select(node => Node(node, new SslOption
        {
            Enabled = true,
            ServerName = node.Host,
            ClientCertificateContext = certificate,
            CertificateValidationCallback = authorities is null
                ? null
                : (_, shown, chain, errors) => IsTrusted(shown, chain, errors, authorities),
        }))];

        AmqpTcpEndpoint Node(DnsEndPoint node, SslOption tls) => new(node.Host, node.Port, tls, factory.MaxInboundMessageBodySize);
    }

    private static bool IsTrusted(X509Certificate? shown, X509Chain? presented, SslPolicyErrors errors, X509Certificate2Collection authorities)
    {
        // Only whom the certificate comes from is judged anew; a wrong name stays one.
        if (shown is not X509Certificate2 certificate || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None)
        {
            return false;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        // Addresses in a certificate that nobody trusts yet are not called.
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.ExtraStore.AddRange(presented?.ChainPolicy.ExtraStore ?? []);
        _ = chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        return chain.Build(certificate);
    }

    /// <summary>Read when a connection is made and not before: a file that cannot be read then counts as a broker that is away, and is read again.</summary>
    private sealed class Nodes(Func<IReadOnlyList<AmqpTcpEndpoint>> read) : IEndpointResolver
    {
        public IEnumerable<AmqpTcpEndpoint> All() => read().Shuffle();
    }
}
