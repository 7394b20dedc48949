using System.Net;

namespace Kritis.Events.Signer.Tests.Intake;

public sealed class IntakeTokenTests
{
    private const string Right = IntakeHost.Token;

    [Theory]
    [InlineData(Right, "")]
    [InlineData(null, "?token=" + Right)]
    [InlineData(Right, "?token=" + Right)]
    [InlineData(null, "?token=" + Right + "&registry=public")]
    public async Task A_registry_that_knows_the_token_is_let_in(string? header, string query)
    {
        await using var host = await IntakeHost.StartAsync();
        using var answer = await host.PostAsync(Envelope.Of(Envelope.Push()), query: query, bearer: header);
        answer.StatusCode.Should().Be(HttpStatusCode.Accepted);
    }

    [Theory]
    [InlineData(null, "", "missing")]
    [InlineData("wrong-wrong-wrong", "", "not the intake's")]
    [InlineData(Right + "x", "", "not the intake's")]
    [InlineData(null, "?token=wrong-wrong-wrong", "not the intake's")]
    [InlineData(null, "?token=", "not the intake's")]
    [InlineData(null, "?token=A-TOKEN-OF-32-CHARACTERS-OR-MORE", "not the intake's")]
    [InlineData(Right, "?token=wrong-wrong-wrong", "differ")]
    [InlineData("wrong-wrong-wrong", "?token=" + Right, "differ")]
    [InlineData(Right, "?token=" + Right + "&token=" + Right, "more than one")]
    public async Task G3_anybody_else_is_answered_401_with_the_reason_and_no_echo(string? header, string query, string reason)
    {
        await using var host = await IntakeHost.StartAsync();
        using var answer = await host.PostAsync(Envelope.Of(Envelope.Push()), query: query, bearer: header);
        var body = await answer.Content.ReadAsStringAsync(IntakeHost.Cancellation);

        answer.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        answer.Headers.WwwAuthenticate.ToString().Should().StartWith("Bearer");
        Envelope.Reason(body).Should().Contain(reason);
        body.Should().NotContain("wrong-wrong-wrong").And.NotContain(Right);
        (await host.ReceivedAsync()).Should().BeEmpty();
        host.Counted.Should().Equal(new Dictionary<string, long> { ["unauthorized"] = 1 });
    }

    [Theory]
    [InlineData("Authorization: Basic " + Right)]
    [InlineData("Authorization: " + Right)]
    [InlineData("Authorization: Bearer")]
    [InlineData("Authorization: Bearer " + Right + "\r\nAuthorization: Bearer " + Right)]
    [InlineData("Authorization: Bearer " + Right + ", Bearer " + Right)]
    public async Task A_header_that_is_not_one_bearer_token_is_answered_401(string header)
    {
        await using var host = await IntakeHost.StartAsync();
        using var raw = await RawRequest.SendAsync(
            host.Client.BaseAddress!, $"POST /events/distribution HTTP/1.1\r\nHost: x\r\n{header}\r\nContent-Length: 2\r\n\r\n{{}}");
        (await raw.StatusLineAsync()).Should().StartWith("HTTP/1.1 401");
    }

    [Fact]
    public async Task Nobody_is_refused_only_after_the_body_was_read()
    {
        await using var host = await IntakeHost.StartAsync();
        using var raw = await RawRequest.SendAsync(
            host.Client.BaseAddress!, "POST /events/distribution HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n");
        (await raw.StatusLineAsync()).Should().StartWith("HTTP/1.1 401");
    }

    [Fact]
    public async Task A_token_is_found_in_no_log_line_of_the_service()
    {
        await using var host = await IntakeHost.StartAsync();
        foreach (var query in new[] { "?token=" + Right, "?token=wrong-wrong-wrong" })
        {
            using var answer = await host.PostAsync(Envelope.Of(Envelope.Push()), query: query, bearer: Right);
        }

        host.Logs.Lines.Should().Contain(line => line.Text.Contains("401", StringComparison.Ordinal));
        host.Logs.Lines.Where(line => line.Level >= Microsoft.Extensions.Logging.LogLevel.Information)
            .Should().NotContain(line => line.Text.Contains(Right, StringComparison.Ordinal) || line.Text.Contains("wrong-wrong", StringComparison.Ordinal));
    }

    [Fact]
    public async Task White_space_around_the_configured_token_is_no_part_of_it()
    {
        await using var host = await IntakeHost.StartAsync(null, ("Intake:Token", $" {Right}\n"));
        using var answer = await host.PostAsync(Envelope.Of(Envelope.Push()));
        answer.StatusCode.Should().Be(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task Without_a_token_registries_on_this_machine_are_let_in()
    {
        await using var host = await IntakeHost.StartAsync(null, ("Intake:Token", null));
        using var answer = await host.PostAsync(Envelope.Of(Envelope.Push()), bearer: null);
        answer.StatusCode.Should().Be(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task A_short_token_is_warned_of()
    {
        await using var host = await IntakeHost.StartAsync(null, ("Intake:Token", "short"));
        host.Logs.Lines.Should().ContainSingle(line =>
            line.Level == Microsoft.Extensions.Logging.LogLevel.Warning && line.Text.Contains("fewer than 16", StringComparison.Ordinal));
    }
}
