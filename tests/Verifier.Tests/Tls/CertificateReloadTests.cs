using System.Net;
using Kritis.Events.Verifier.Admission;
using Kritis.Events.Verifier.Tests.Testing;

namespace Kritis.Events.Verifier.Tests.Tls;

/// <summary>Mounted files that change while the webhook answers.</summary>
public sealed class CertificateReloadTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TestAuthority _authority = new("root");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task New_connections_get_the_new_certificate_and_open_ones_go_on()
    {
        Write("first");
        await using var host = await StartAsync(_folder.File("tls.crt"), _folder.File("tls.key"));
        using var open = new Caller(host.Address);
        (await open.AskAsync()).Should().Be(HttpStatusCode.OK);
        open.Seen.Should().Equal("CN=first");

        Write("second");

        await ShownAsync(host, "CN=second");
        (await open.AskAsync()).Should().Be(HttpStatusCode.OK);
        open.Seen.Should().Equal(["CN=first"], "it is the same connection");
        host.Log.Lines.Should().ContainSingle(line => line.StartsWith("Information: New connections are shown the certificate of Tls:CertificateFile, valid until "));
    }

    [Fact]
    public async Task A_link_that_is_swapped_as_Kubernetes_does_it_is_followed()
    {
        foreach (var version in new[] { "first", "second" })
        {
            _ = Directory.CreateDirectory(_folder.File(version));
            Write(version, version);
        }

        _ = Directory.CreateSymbolicLink(_folder.File("..data"), "first");
        _ = File.CreateSymbolicLink(_folder.File("tls.crt"), "..data/tls.crt");
        _ = File.CreateSymbolicLink(_folder.File("tls.key"), "..data/tls.key");
        await using var host = await StartAsync(_folder.File("tls.crt"), _folder.File("tls.key"));
        await ShownAsync(host, "CN=first");

        _ = Directory.CreateSymbolicLink(_folder.File("..data_tmp"), "second");
        Directory.Delete(_folder.File("..data"));
        Directory.Move(_folder.File("..data_tmp"), _folder.File("..data"));

        await ShownAsync(host, "CN=second");
    }

    [Fact]
    public async Task The_metrics_say_when_the_certificate_ends()
    {
        var until = Write("first");
        await using var host = await StartAsync(_folder.File("tls.crt"), _folder.File("tls.key"));
        using var caller = new Caller(host.Address);

        (await caller.GetAsync("/metrics")).Should().MatchRegex($"kritis_certificate_expiry_seconds(\\{{[^}}]*\\}})? {until.ToUnixTimeSeconds()}");
    }

    private static Task<WebhookHost> StartAsync(string certificate, string key) =>
        WebhookHost.StartAsync(Given.Resources(), settings: [$"--Tls:CertificateFile={certificate}", $"--Tls:KeyFile={key}"]);

    private static Task ShownAsync(WebhookHost host, string subject) => Eventually.Holds(
        async () =>
        {
            using var caller = new Caller(host.Address);
            _ = await caller.AskAsync();
            return caller.Seen.Single() == subject;
        },
        $"a new connection is shown {subject}");

    private DateTimeOffset Write(string name, string folder = ".")
    {
        var until = DateTimeOffset.UtcNow.AddDays(30);
        var (certificate, key) = _authority.IssuePair($"CN={name}", until);
        File.WriteAllText(_folder.File($"{folder}/tls.crt"), certificate);
        File.WriteAllText(_folder.File($"{folder}/tls.key"), key);
        File.SetUnixFileMode(_folder.File($"{folder}/tls.key"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return until;
    }

    /// <summary>A client that keeps its connection, and what it was shown on every one it had.</summary>
    private sealed class Caller : IDisposable
    {
        private readonly HttpClient _http;

        public Caller(Uri address)
        {
            var handler = new SocketsHttpHandler();
            handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) =>
            {
                Seen.Add(certificate?.Subject ?? "none");
                return certificate is not null;
            };
            _http = new HttpClient(handler) { BaseAddress = address };
        }

        public List<string> Seen { get; } = [];

        public async Task<HttpStatusCode> AskAsync()
        {
            using var body = new ByteArrayContent(Review.Pod("alpine:3.11").Bytes);
            body.Headers.ContentType = new("application/json");
            using var answer = await _http.PostAsync(new Uri(AdmissionEndpoint.Path, UriKind.Relative), body, TestContext.Current.CancellationToken);
            return answer.StatusCode;
        }

        public Task<string> GetAsync(string path) => _http.GetStringAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);

        public void Dispose() => _http.Dispose();
    }
}
