using System.Net.Security;
using System.Net.Sockets;
using System.Net;
using System.Text;
using Kritis.Events.Attestations.Index;
using Kritis.Events.Verifier.Admission;
using Kritis.Events.Verifier.Cache;
using Kritis.Events.Verifier.Policies;
using Kritis.Events.Verifier.Tests.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Kritis.Events.Verifier.Tests.Admission;

/// <summary>The webhook as an API server meets it: over HTTPS.</summary>
public sealed class WebhookTests
{
    private const string Webhook = "kritis-validation-hook-deployments.grafeas.io";

    [Fact]
    public async Task The_acceptance_story_is_answered_word_for_word()
    {
        await using var host = await WebhookHost.StartAsync(Given.Resources(Given.Policy()));
        const string Signed = $"{Given.Alias}/kritis-demo/alpine@sha256:{Given.Hex}";

        (await CreateAsync(host, "not-sign", "alpine:3.11")).Should()
            .Be($"admission webhook \"{Webhook}\" denied the request: image alpine:3.11 is not attested");
        (await CreateAsync(host, "not-sign", $"alpine@sha256:{Given.Hex}")).Should()
            .Be($"admission webhook \"{Webhook}\" denied the request: image alpine@sha256:{Given.Hex} is not attested");
        (await CreateAsync(host, "is-signed", Signed)).Should()
            .Be($"admission webhook \"{Webhook}\" denied the request: image {Signed} is not attested");

        host.Index.Attest(Given.Alpine, Given.Release);

        (await CreateAsync(host, "is-signed", Signed)).Should().Be("deployment.apps/is-signed created");
        (await CreateAsync(host, "not-sign", $"alpine@sha256:{Given.Hex}")).Should().EndWith("is not attested");
    }

    [Fact]
    public async Task A_refusal_has_the_form_that_an_API_server_reads()
    {
        await using var host = await WebhookHost.StartAsync(Given.Resources(Given.Policy()));
        var review = Review.Load("pod-create");

        var answer = await host.AskAsync(review);

        answer.Root["kind"]!.GetValue<string>().Should().Be("AdmissionReview");
        answer.Root["apiVersion"]!.GetValue<string>().Should().Be("admission.k8s.io/v1");
        answer.Response["uid"]!.GetValue<string>().Should().Be(review.Uid);
        answer.Response["status"]!.ToJsonString().Should().Be(
            """{"status":"Failure","message":"image alpine:3.11 is not attested","reason":"Forbidden","code":403}""");
        answer.Warnings.Should().Equal(
            "image alpine:3.11 is not attested (policy default-namespace): no digest given, and a tag can be moved; use docker.io/library/alpine@sha256:…");
    }

    [Fact]
    public async Task An_object_that_cannot_be_read_is_answered_400_inside_the_review()
    {
        await using var host = await WebhookHost.StartAsync(Given.Resources(Given.Policy()));

        var answer = await host.AskAsync(Review.Load("configmap-create"));

        answer.Allowed.Should().BeFalse();
        answer.Code.Should().Be(400);
        answer.Message.Should().StartWith("the ConfigMap has no pod specification");
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/yaml")]
    [InlineData(null)]
    public async Task Another_content_type_is_answered_415(string? contentType)
    {
        await using var host = await WebhookHost.StartAsync(Given.Resources(Given.Policy()));

        using var response = await host.PostAsync("{}", contentType);

        response.StatusCode.Should().Be(HttpStatusCode.UnsupportedMediaType);
        (await BodyOf(response)).Should().Be("expected an AdmissionReview as application/json\n");
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("hello")]
    [InlineData("""{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{}}""")]
    public async Task What_is_no_review_is_answered_400_with_the_reason(string body)
    {
        await using var host = await WebhookHost.StartAsync(Given.Resources(Given.Policy()));
        using var measured = new Measured(host.Services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>());

        using var response = await host.PostAsync(body, "application/json");

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await BodyOf(response)).Trim().Should().NotBeEmpty();
        measured.Sum("kritis_admissions", "noreview").Should().Be(1);
        (await host.AskAsync(Review.Load("pod-delete"))).Allowed.Should().BeTrue("the service is unharmed");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_larger_review_than_is_allowed_is_answered_413(bool chunked)
    {
        await using var host = await WebhookHost.StartAsync(Given.Resources(Given.Policy()), settings: "--Admission:MaxBodyBytes=65536");
        var (fits, tooLarge) = (Padded(65_536), Padded(65_537));

        (await host.AskAsync(fits)).Message.Should().Be("image alpine:3.11 is not attested");
        HttpContent body = chunked ? new StreamContent(new Unseekable(tooLarge)) : new ByteArrayContent(tooLarge);
        using var response = await host.PostAsync(body, "application/json");

        response.StatusCode.Should().Be(HttpStatusCode.RequestEntityTooLarge);
        (await BodyOf(response)).Should().Be("the review has more than 65536 bytes (Admission:MaxBodyBytes)\n");
    }

    [Fact]
    public async Task A_review_of_several_megabytes_is_read_whole()
    {
        await using var host = await WebhookHost.StartAsync(Given.Resources(Given.Policy()));

        (await host.AskAsync(Padded(8 * 1024 * 1024))).Message.Should().Be("image alpine:3.11 is not attested");
    }

    [Fact]
    public async Task A_body_that_breaks_off_harms_nothing()
    {
        await using var host = await WebhookHost.StartAsync(Given.Resources(Given.Policy()));
        using (var broken = new TcpClient())
        {
            await broken.ConnectAsync(host.Address.Host, host.Address.Port, TestContext.Current.CancellationToken);
            await using var tls = new SslStream(broken.GetStream());
            await tls.AuthenticateAsClientAsync(Https.Client(host.AuthorityFile), TestContext.Current.CancellationToken);
            await tls.WriteAsync(
                "POST /validate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 8000000\r\n\r\n{\"kind\":"u8.ToArray(),
                TestContext.Current.CancellationToken);
        }

        (await host.AskAsync(Review.Load("pod-create"))).Allowed.Should().BeFalse();
    }

    [Fact]
    public async Task A_review_that_arrives_in_pieces_is_read_whole()
    {
        await using var host = await WebhookHost.StartAsync(Given.Resources(Given.Policy()));
        var review = Review.Load("pod-create").Bytes;
        await using var connection = await ConnectAsync(host);

        await SendHeadAsync(connection, review.Length);
        for (var at = 0; at < review.Length; at += 500)
        {
            await connection.WriteAsync(review.AsMemory(at, Math.Min(500, review.Length - at)), TestContext.Current.CancellationToken);
        }

        (await ReadUntilAsync(connection, "not attested")).Should().StartWith("HTTP/1.1 200");
    }

    [Fact]
    public async Task A_review_that_does_not_arrive_is_answered_408_and_harms_nothing()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var host = await WebhookHost.StartAsync(Given.Resources(Given.Policy()), services => services.AddSingleton<TimeProvider>(time));
        await using var connection = await ConnectAsync(host);
        await SendHeadAsync(connection, 2_000);
        await connection.WriteAsync("{\"kind\":"u8.ToArray(), TestContext.Current.CancellationToken);

        var answer = ReadUntilAsync(connection, "did not arrive within 30 s");
        while (!answer.IsCompleted)
        {
            // Until it waits for the rest nothing is timed.
            time.Advance(TimeSpan.FromSeconds(31));
            await Task.Yield();
        }

        (await answer).Should().StartWith("HTTP/1.1 408");
        (await host.AskAsync(Review.Load("pod-create"))).Allowed.Should().BeFalse();
    }

    private static async Task<SslStream> ConnectAsync(WebhookHost host)
    {
        var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(host.Address.Host, host.Address.Port, TestContext.Current.CancellationToken);
        var tls = new SslStream(client.GetStream());
        await tls.AuthenticateAsClientAsync(Https.Client(host.AuthorityFile), TestContext.Current.CancellationToken);
        return tls;
    }

    private static Task SendHeadAsync(SslStream connection, int length) => connection.WriteAsync(
        Encoding.ASCII.GetBytes($"POST /validate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"),
        TestContext.Current.CancellationToken).AsTask();

    private static async Task<string> ReadUntilAsync(SslStream connection, string end)
    {
        var (buffer, answer) = (new byte[4096], "");
        while (!answer.Contains(end, StringComparison.Ordinal))
        {
            var read = await connection.ReadAsync(buffer, TestContext.Current.CancellationToken);
            read.Should().BePositive($"the answer was '{answer}' so far");
            answer += Encoding.UTF8.GetString(buffer, 0, read);
        }

        return answer;
    }

    [Theory]
    [InlineData("GET", HttpStatusCode.MethodNotAllowed)]
    [InlineData("PUT", HttpStatusCode.MethodNotAllowed)]
    public async Task Only_POST_is_answered(string method, HttpStatusCode expected)
    {
        await using var host = await WebhookHost.StartAsync(Given.Resources(Given.Policy()));
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri("/validate", UriKind.Relative));

        using var response = await host.Http.SendAsync(request, TestContext.Current.CancellationToken);

        response.StatusCode.Should().Be(expected);
    }

    [Fact]
    public async Task G4_a_defect_of_the_verifier_is_a_refusal_with_the_reason_and_never_an_HTTP_error()
    {
        await using var host = await WebhookHost.StartAsync(
            Given.Resources(Given.Policy()),
            services => services.AddSingleton<Func<LogProgress>>(() => throw new InvalidOperationException("broken on purpose")));

        var answer = await host.AskAsync(Review.Load("pod-create"));

        answer.Allowed.Should().BeFalse();
        answer.Message.Should().Be("the verifier could not decide this review because of a defect; its log says more");
        host.Log.Lines.Should().Contain(line => line.StartsWith("Error: Review ") && line.Contains("broken on purpose"));
    }

    [Fact]
    public async Task A_hundred_reviews_at_once_are_each_answered_under_their_own_uid()
    {
        await using var host = await WebhookHost.StartAsync(Given.Resources(Given.Policy()));
        host.Index.Attest(Given.Alpine, Given.Release);

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(async number =>
        {
            var review = Review.Pod(number % 2 == 0 ? Given.Alpine : $"alpine:{number}");
            review.Request["uid"] = $"uid-{number}";
            return (number, answer: await host.AskAsync(review));
        }));

        foreach (var (number, answer) in answers)
        {
            answer.Response["uid"]!.GetValue<string>().Should().Be($"uid-{number}");
            answer.Message.Should().Be(number % 2 == 0 ? null : $"image alpine:{number} is not attested");
        }
    }

    private static async Task<string> CreateAsync(WebhookHost host, string name, string image)
    {
        var review = Review.Load("deployment-create", image);
        (review.Request["name"], review.Object["metadata"]!["name"]) = (name, name);
        var answer = await host.AskAsync(review);
        return answer.Allowed ? $"deployment.apps/{name} created" : $"admission webhook \"{Webhook}\" denied the request: {answer.Message}";
    }

    private static byte[] Padded(int length)
    {
        var review = Review.Load("pod-create");
        review.Object["metadata"]!["annotations"] = new System.Text.Json.Nodes.JsonObject { ["padding"] = "" };
        var missing = length - review.Bytes.Length;
        review.Object["metadata"]!["annotations"]!["padding"] = new string('x', missing);
        review.Bytes.Length.Should().Be(length);
        return review.Bytes;
    }

    private static Task<string> BodyOf(HttpResponseMessage response) => response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

    /// <summary>A stream without a length, so that it is sent in chunks.</summary>
    private sealed class Unseekable(byte[] content) : MemoryStream(content)
    {
        public override bool CanSeek => false;
    }
}
