using System.Diagnostics.Metrics;
using System.Security.Cryptography.X509Certificates;
using k8s;
using Kritis.Events.Verifier.Tests.Testing;
using Kritis.Events.Verifier.Tls;
using Kritis.Events.Verifier.Tls.Own;
using Kritis.Events.Verifier.Tls.Shared;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Kritis.Events.Verifier.Tests.Tls.Shared;

/// <summary>One of the verifiers that share a certificate, without its webhook.</summary>
internal sealed class Replica : IDisposable
{
    public static readonly string[] Names =
        ["kritis-verifier.kritis.svc", "kritis-verifier.kritis.svc.cluster.local", "kritis-verifier.kritis", "localhost"];

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly ILoggerFactory _loggers;
    private readonly IKubernetes _client;
    private readonly SharedCertificate _shared;
    private readonly CertificateInForce _inForce;

    public Replica(SmallApiServer server, TimeProvider time, params string[] furtherNames)
    {
        _loggers = LoggerFactory.Create(logging => logging.AddProvider(Log));
        _client = server.Client();
        var (standIn, _) = CertificateIssuer.Issue(Names, TimeSpan.FromDays(1), time.GetUtcNow());
        _inForce = new CertificateInForce(
            ShownCertificate.Of(new ServingCertificate(standIn.Leaf, []) { Origin = "a stand-in", IsStandIn = true }),
            _services.GetRequiredService<IMeterFactory>(),
            _loggers.CreateLogger<CertificateInForce>());
        var configuration = new WebhookConfiguration(_client, "kritis-validation-hook", "kritis-verifier", "kritis");
        _shared = new SharedCertificate(
            new CertificateSecret(_client, "kritis", "kritis-verifier-tls"),
            new WebhookTrust(configuration, time, _loggers.CreateLogger<WebhookTrust>()),
            new CertificateNeeds([.. Names, .. furtherNames], TimeSpan.FromDays(90)) { IsShared = true },
            _inForce,
            time,
            _loggers.CreateLogger<SharedCertificate>());
    }

    public RecordedLog Log { get; } = new();

    public bool HasCertificate => !_inForce.Certificate.IsStandIn;

    public X509Certificate2 Shown => _inForce.Certificate.Leaf;

    public string? NotReady => _shared.NotReady;

    public Task LookAsync() => _shared.LookAsync(TestContext.Current.CancellationToken);

    public void Dispose()
    {
        _shared.Dispose();
        _client.Dispose();
        _loggers.Dispose();
        _services.Dispose();
    }
}
