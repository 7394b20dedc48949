using System.Diagnostics.Metrics;
using Kritis.Events.Verifier.Tests.Testing;
using Kritis.Events.Verifier.Tls;
using Kritis.Events.Verifier.Tls.Own;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Kritis.Events.Verifier.Tests.Tls;

public sealed class CertificateNoticeTests : IDisposable
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private readonly RecordedLog _log = new();
    private readonly ILoggerFactory _loggers;
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    public CertificateNoticeTests() => _loggers = LoggerFactory.Create(logging => logging.AddProvider(_log));

    public void Dispose()
    {
        _loggers.Dispose();
        _services.Dispose();
    }

    [Fact]
    public void A_certificate_that_ends_while_it_is_shown_is_told_once_and_goes_on_being_shown()
    {
        var inForce = InForce(Certificate());
        using var notice = new CertificateNotice(inForce, _time, _loggers.CreateLogger<CertificateNotice>());
        _time.Advance(TimeSpan.FromDays(9));
        notice.Look();
        _log.Lines.Should().BeEmpty();

        _time.Advance(TimeSpan.FromDays(2));
        notice.Look();
        notice.Look();

        _log.Lines.Should().ContainSingle(line => line.StartsWith("Error: The webhook shows a test's certificate, which ended at "));
        inForce.Show(Certificate());
        _time.Advance(TimeSpan.FromDays(11));
        notice.Look();
        _log.Lines.Count(line => line.StartsWith("Error: ")).Should().Be(2, "it is another one");
    }

    [Fact]
    public void A_stand_in_is_no_certificate_that_ends()
    {
        var inForce = InForce(Certificate() with { IsStandIn = true });
        using var notice = new CertificateNotice(inForce, _time, _loggers.CreateLogger<CertificateNotice>());
        _time.Advance(TimeSpan.FromDays(11));

        notice.Look();

        _log.Lines.Should().BeEmpty();
        Measured().Should().BeEmpty();
        var real = Certificate();
        inForce.Show(real);
        Measured().Should().Equal(real.Until.ToUnixTimeSeconds());
    }

    private List<long> Measured()
    {
        List<long> values = [];
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, listening) =>
        {
            if (instrument.Name == "kritis_certificate_expiry_seconds" && ReferenceEquals(instrument.Meter.Scope, _services.GetRequiredService<IMeterFactory>()))
            {
                listening.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => values.Add(value));
        listener.Start();
        listener.RecordObservableInstruments();
        return values;
    }

    private CertificateInForce InForce(ServingCertificate certificate) =>
        new(ShownCertificate.Of(certificate), _services.GetRequiredService<IMeterFactory>(), _loggers.CreateLogger<CertificateInForce>());

    private ServingCertificate Certificate() =>
        new(CertificateIssuer.Issue(["localhost"], TimeSpan.FromDays(10), _time.GetUtcNow()).Certificate.Leaf, []) { Origin = "a test's certificate" };
}
