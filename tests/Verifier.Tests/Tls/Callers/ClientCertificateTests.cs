using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Kritis.Events.Contracts;
using Kritis.Events.Verifier.Tests.Testing;
using Kritis.Events.Verifier.Tls;
using Microsoft.Extensions.Configuration;

namespace Kritis.Events.Verifier.Tests.Tls.Callers;

/// <summary>Whom the webhook answers where it asks for client certificates. Probes have none.</summary>
public sealed class ClientCertificateTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TestAuthority _authority = new("clients");

    private string AuthorityFile => _folder.File("clients.pem");

    public ClientCertificateTests() => File.WriteAllText(AuthorityFile, _authority.Pem);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_caller_with_a_certificate_of_the_authority_is_answered()
    {
        await using var host = await StartAsync();

        (await AskAsync(host, Client("CN=kube-apiserver"))).Status.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_caller_without_a_certificate_is_refused_and_probes_are_answered()
    {
        await using var host = await StartAsync();

        var (status, text) = await AskAsync(host, null);

        status.Should().Be(HttpStatusCode.Forbidden);
        text.Should().Be("the caller showed no client certificate, which Tls:ClientCertificateAuthorityFile asks for\n");
        foreach (var probe in new[] { "healthz", "readyz", "metrics" })
        {
            using var answer = await host.Http.GetAsync(new Uri(probe, UriKind.Relative), TestContext.Current.CancellationToken);
            answer.StatusCode.Should().Be(HttpStatusCode.OK, probe);
        }
    }

    [Theory]
    [InlineData("/Validate")]
    [InlineData("/validate/")]
    [InlineData("/VALIDATE?timeout=5s")]
    public async Task No_spelling_of_the_path_leads_around_the_check(string path)
    {
        await using var host = await StartAsync();

        (await AskAsync(host, null, path)).Status.Should().Be(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Certificates_that_prove_nothing_are_refused_with_the_reason()
    {
        await using var host = await StartAsync();
        var foreign = new TestAuthority("clients");
        var between = new TestAuthority("between", foreign);
        var cases = new Dictionary<string, X509Certificate2>
        {
            ["foreign"] = Client("CN=kube-apiserver", foreign),
            ["by an authority between that is foreign"] = Client("CN=kube-apiserver", between),
            ["expired"] = Client("CN=kube-apiserver", until: DateTimeOffset.UtcNow.AddDays(-1)),
        };

        foreach (var (name, certificate) in cases)
        {
            var (status, text) = await AskAsync(host, certificate);
            status.Should().Be(HttpStatusCode.Forbidden, name);
            text.Should().StartWith("the client certificate is not trusted (", name);
        }

        foreach (var purpose in new[] { TestAuthority.ServerAuthentication, null })
        {
            var (status, text) = await AskAsync(host, Client("CN=kube-apiserver", purpose: purpose));
            status.Should().Be(HttpStatusCode.Forbidden);
            text.Should().Be("the client certificate is not for client authentication\n");
        }
    }

    [Fact]
    public async Task An_authority_between_is_taken_where_the_file_has_it()
    {
        var between = new TestAuthority("between", _authority);
        File.AppendAllText(AuthorityFile, between.Pem);
        await using var host = await StartAsync();

        (await AskAsync(host, Client("CN=kube-apiserver", between))).Status.Should().Be(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("O=masters, CN=kube-apiserver", null, HttpStatusCode.OK)]
    [InlineData("CN=other", "apiserver.example.com", HttpStatusCode.OK)]
    [InlineData("CN=other", "other.example.com", HttpStatusCode.Forbidden)]
    [InlineData("O=kube-apiserver, CN=other", null, HttpStatusCode.Forbidden)]
    [InlineData("CN=kube-apiserver.example.com", null, HttpStatusCode.Forbidden)]
    [InlineData("CN=\"other, CN=kube-apiserver\"", null, HttpStatusCode.Forbidden)]
    public async Task Where_names_are_set_the_certificate_must_have_one(string subject, string? dnsName, HttpStatusCode expected)
    {
        await using var host = await StartAsync("--Tls:ClientCertificateNames:0=kube-apiserver", "--Tls:ClientCertificateNames:1=apiserver.example.com");

        (await AskAsync(host, Client(subject, dnsName: dnsName))).Status.Should().Be(expected);
    }

    [Fact]
    public async Task Another_authority_is_taken_while_the_service_runs_also_for_connections_that_are_open()
    {
        await using var host = await StartAsync();
        using var before = Caller(host, Client("CN=kube-apiserver"));
        (await PostAsync(before)).Status.Should().Be(HttpStatusCode.OK);
        var other = new TestAuthority("other");
        File.WriteAllText(AuthorityFile, other.Pem);

        await Eventually.Holds(async () => (await PostAsync(before)).Status == HttpStatusCode.Forbidden, "the authority before is not taken any more");

        (await AskAsync(host, Client("CN=kube-apiserver", other))).Status.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Refusals_are_logged_with_who_it_was_once_a_minute_at_most()
    {
        await using var host = await StartAsync();
        for (var time = 0; time < 5; time++)
        {
            _ = await AskAsync(host, Client("CN=kube-apiserver", new TestAuthority("foreign")));
        }

        host.Log.Lines.Should().ContainSingle(line => line.StartsWith("Warning: A caller from 127.0.0.1 (client certificate CN=kube-apiserver) was refused with 403: "));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")]
    public async Task A_file_that_is_none_stops_the_service(string? content)
    {
        File.Delete(AuthorityFile);
        if (content is not null)
        {
            File.WriteAllText(AuthorityFile, content);
        }

        await FluentActions.Awaiting(() => StartAsync()).Should().ThrowAsync<StartRefusedException>().WithMessage($"Tls:ClientCertificateAuthorityFile '{AuthorityFile}' *");
    }

    [Fact]
    public void Names_without_an_authority_stop_the_service()
    {
        var start = () => TlsOptions.From(new ConfigurationBuilder().AddInMemoryCollection([new("Tls:ClientCertificateNames:0", "x")]).Build());

        start.Should().Throw<StartRefusedException>().WithMessage("Tls:ClientCertificateNames is set, but Tls:ClientCertificateAuthorityFile is not; expected both, or none");
    }

    private Task<WebhookHost> StartAsync(params string[] settings) =>
        WebhookHost.StartAsync(Given.Resources(), settings: [$"--Tls:ClientCertificateAuthorityFile={AuthorityFile}", .. settings]);

    private X509Certificate2 Client(
        string subject, TestAuthority? by = null, DateTimeOffset? until = null, string? purpose = TestAuthority.ClientAuthentication, string? dnsName = null)
    {
        var (certificate, key) = (by ?? _authority).IssuePair(subject, until ?? DateTimeOffset.UtcNow.AddDays(1), purpose, dnsName);
        return X509Certificate2.CreateFromPem(certificate, key);
    }

    private static async Task<(HttpStatusCode Status, string Text)> AskAsync(WebhookHost host, X509Certificate2? certificate, string path = "/validate")
    {
        using var caller = Caller(host, certificate);
        return await PostAsync(caller, path);
    }

    private static async Task<(HttpStatusCode Status, string Text)> PostAsync(HttpClient caller, string path = "/validate")
    {
        using var body = new ByteArrayContent(Review.Pod("alpine:3.11").Bytes);
        body.Headers.ContentType = new("application/json");
        using var answer = await caller.PostAsync(new Uri(path, UriKind.Relative), body, TestContext.Current.CancellationToken);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private static HttpClient Caller(WebhookHost host, X509Certificate2? certificate)
    {
        var handler = Https.Trusting(host.AuthorityFile);
        if (certificate is not null)
        {
            handler.SslOptions.ClientCertificateContext = SslStreamCertificateContext.Create(certificate, additionalCertificates: null, offline: true);
        }

        return new HttpClient(handler) { BaseAddress = host.Address };
    }
}
