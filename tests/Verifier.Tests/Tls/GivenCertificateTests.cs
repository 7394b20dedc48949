using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Kritis.Events.Contracts;
using Kritis.Events.Verifier.Tests.Testing;
using Kritis.Events.Verifier.Tls;
using Microsoft.Extensions.Configuration;

namespace Kritis.Events.Verifier.Tests.Tls;

public sealed class GivenCertificateTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TestAuthority _root = new("root");
    private readonly TestAuthority _between;

    public GivenCertificateTests() => _between = new TestAuthority("between", _root);

    private string CertificateFile => _folder.File("given.crt");

    private string KeyFile => _folder.File("given.key");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_webhook_shows_the_given_certificate_with_its_chain()
    {
        Write(DateTimeOffset.UtcNow.AddDays(90));
        await using var host = await WebhookHostWithGivenAsync();

        foreach (var version in new[] { SslProtocols.Tls12, SslProtocols.Tls13 })
        {
            (await HandshakeAsync(host, version)).Should().Equal("CN=given", "CN=between");
        }
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void A_key_that_everybody_may_read_stops_the_service()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no Unix modes.");
        Write(DateTimeOffset.UtcNow.AddDays(90));
        File.SetUnixFileMode(KeyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);

        Loading().Should().Throw<StartRefusedException>().WithMessage($"Tls:KeyFile '{KeyFile}' is open to everybody; expected *chmod 600 '{KeyFile}'");
    }

    [Fact]
    public void An_expired_certificate_stops_the_service()
    {
        Write(DateTimeOffset.UtcNow.AddDays(-1));

        Loading().Should().Throw<StartRefusedException>().WithMessage($"Tls:CertificateFile '{CertificateFile}' expired at *; expected a valid certificate");
    }

    [Fact]
    public void Files_that_are_missing_stop_the_service()
    {
        Loading().Should().Throw<StartRefusedException>().WithMessage($"Tls:CertificateFile '{CertificateFile}' cannot be used (*");
        Write(DateTimeOffset.UtcNow.AddDays(90));
        File.Delete(KeyFile);
        Loading().Should().Throw<StartRefusedException>().WithMessage($"Tls:KeyFile '{KeyFile}' cannot be used (*");
    }

    [Theory]
    [InlineData("", "holds no certificate")]
    [InlineData("hello", "holds no certificate")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "cannot be used")]
    public void A_file_that_is_no_certificate_stops_the_service(string content, string reason)
    {
        Write(DateTimeOffset.UtcNow.AddDays(90));
        File.WriteAllText(CertificateFile, content);

        Loading().Should().Throw<StartRefusedException>().WithMessage($"Tls:CertificateFile '{CertificateFile}' {reason}*");
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")]
    public void A_file_that_is_no_key_stops_the_service(string content)
    {
        Write(DateTimeOffset.UtcNow.AddDays(90));
        File.WriteAllText(KeyFile, content);

        Loading().Should().Throw<StartRefusedException>().WithMessage($"Tls:KeyFile '{KeyFile}' cannot be used (*");
    }

    [Fact]
    public void Another_certificates_key_stops_the_service()
    {
        Write(DateTimeOffset.UtcNow.AddDays(90));
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        File.WriteAllText(KeyFile, other.ExportPkcs8PrivateKeyPem());

        Loading().Should().Throw<StartRefusedException>().WithMessage($"Tls:KeyFile '{KeyFile}' cannot be used (*first certificate in Tls:CertificateFile");
    }

    [Theory]
    [InlineData("Tls:CertificateFile", "Tls:KeyFile")]
    [InlineData("Tls:KeyFile", "Tls:CertificateFile")]
    public void One_of_the_two_files_alone_stops_the_service(string set, string missing)
    {
        var start = () => TlsOptions.From(new ConfigurationBuilder().AddInMemoryCollection([new(set, "x")]).Build());

        start.Should().Throw<StartRefusedException>().WithMessage($"{set} is set, but {missing} is not; expected both, or none");
    }

    [Fact]
    public void Further_names_are_read_one_by_one() => TlsOptions
        .From(new ConfigurationBuilder().AddInMemoryCollection([new("Tls:DnsNames:0", "a.svc"), new("Tls:DnsNames:1", "b.svc")]).Build())
        .DnsNames.Should().Equal("a.svc", "b.svc");

    [Theory]
    [InlineData("a b")]
    [InlineData("")]
    [InlineData("https://a")]
    [InlineData("a/b")]
    public void A_further_name_that_is_none_stops_the_service(string name)
    {
        var start = () => TlsOptions.From(new ConfigurationBuilder().AddInMemoryCollection([new("Tls:DnsNames:0", name)]).Build());

        start.Should().Throw<StartRefusedException>().WithMessage("Tls:DnsNames:0 is no DNS name or IP address; expected *");
    }

    [Fact]
    public async Task The_log_says_what_callers_must_trust()
    {
        await using var host = await WebhookHost.StartAsync(Given.Resources());

        host.Log.Lines.Should().ContainSingle(line => line.Contains("the caBundle of the webhook configuration is " + host.AuthorityFile));
    }

    private Func<ServingCertificate> Loading() => () => GivenCertificate.Load(CertificateFile, KeyFile, TimeProvider.System);

    private Task<WebhookHost> WebhookHostWithGivenAsync() => WebhookHost.StartAsync(
        Given.Resources(), settings: [$"--Tls:CertificateFile={CertificateFile}", $"--Tls:KeyFile={KeyFile}"]);

    private void Write(DateTimeOffset until)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var leaf = _between.Issue(new CertificateRequest("CN=given", key, HashAlgorithmName.SHA256), until);
        File.WriteAllText(CertificateFile, leaf.ExportCertificatePem() + "\n" + _between.Certificate.ExportCertificatePem() + "\n");
        File.WriteAllText(KeyFile, key.ExportPkcs8PrivateKeyPem());
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(KeyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    /// <summary>The subjects that the server itself sends.</summary>
    private static async Task<string[]> HandshakeAsync(WebhookHost host, SslProtocols version)
    {
        string[] sent = [];
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(IPAddress.Loopback, host.Address.Port, TestContext.Current.CancellationToken);
        await using var tls = new SslStream(tcp.GetStream(), false, (_, certificate, chain, _) =>
        {
            sent = [certificate!.Subject, .. chain!.ChainPolicy.ExtraStore.Select(extra => extra.Subject).Where(subject => subject != certificate.Subject)];
            return true;
        });
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { TargetHost = "localhost", EnabledSslProtocols = version }, TestContext.Current.CancellationToken);
        tls.SslProtocol.Should().Be(version);
        return sent;
    }
}
