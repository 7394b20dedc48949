using System.Net;

namespace Kritis.Events.Verifier.Tests.Tls.Shared;

/// <summary>The API server is away, or refuses: never a crash, one line in the log, and another try.</summary>
public sealed class OutageTests : SharedCertificateBase
{
    [Fact]
    public async Task Without_an_API_server_a_verifier_is_not_ready_says_why_and_goes_on_trying()
    {
        var replica = NewReplica();
        replica.NotReady.Should().Be("no certificate yet: Secret kritis/kritis-verifier-tls was not read yet");
        Server.IsAway = true;

        await replica.LookAsync();
        await replica.LookAsync();

        replica.HasCertificate.Should().BeFalse();
        replica.NotReady.Should().StartWith("no certificate yet: Secret kritis/kritis-verifier-tls cannot be read or written: the API server cannot be reached: ");
        replica.Log.Lines.Should().ContainSingle(line => line.StartsWith("Error: Secret kritis/kritis-verifier-tls "));
        Server.IsAway = false;
        await replica.LookAsync();
        replica.NotReady.Should().BeNull();
    }

    [Fact]
    public async Task A_verifier_that_had_a_certificate_goes_on_showing_it()
    {
        var replica = await StartedReplicaAsync();
        var before = replica.Shown;
        Server.IsAway = true;

        await AfterAsync(TimeSpan.FromDays(70), replica);

        replica.Shown.Should().BeSameAs(before);
        replica.NotReady.Should().BeNull();
        Server.IsAway = false;
        await AfterAsync(TimeSpan.FromMinutes(1), replica);
        await AfterAsync(TimeSpan.FromMinutes(2), replica);
        replica.Shown.Should().NotBeSameAs(before);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(429)]
    [InlineData(500)]
    public async Task Without_the_right_to_the_Secret_a_verifier_is_not_ready_and_says_what_was_answered(int status)
    {
        Server.Refuses = request => request.Path.Value!.Contains("secrets") ? status : null;
        var replica = NewReplica();

        await replica.LookAsync();
        await replica.LookAsync();

        replica.NotReady.Should().Contain($"the API server answers {status}");
        replica.Log.Lines.Should().ContainSingle(line => line.StartsWith("Error: "));
    }

    [Fact]
    public async Task Without_the_right_to_write_a_Secret_that_others_made_is_followed()
    {
        _ = await StartedReplicaAsync();
        Server.Refuses = request => request.Method is "PUT" or "POST" ? 403 : null;
        Time.Advance(TimeSpan.FromDays(70));

        var replica = await StartedReplicaAsync();

        replica.NotReady.Should().BeNull();
        replica.Log.Lines.Should().ContainSingle(line => line.Contains("cannot be read or written: the API server answers 403"));
    }

    [Fact]
    public async Task A_webhook_configuration_that_is_not_there_is_told_once_and_gets_the_authority_when_it_comes()
    {
        Server.Set(SmallApiServer.ConfigurationPath, null);
        var replica = await StartedReplicaAsync();
        await replica.LookAsync();

        replica.NotReady.Should().BeNull("the certificate is there, and nobody calls");
        replica.Log.Lines.Should().ContainSingle(line => line.StartsWith("Warning: ValidatingWebhookConfiguration kritis-validation-hook is not there."));
        Server.Set(SmallApiServer.ConfigurationPath, Configuration());
        await replica.LookAsync();
        Server.Trusts(replica.Shown, Time.GetUtcNow()).Should().BeTrue();
    }

    [Fact]
    public async Task Without_the_right_to_the_webhook_configuration_everything_else_goes_on()
    {
        Server.Refuses = request => request.Path.Value!.Contains("webhook") ? 403 : null;
        var replica = await StartedReplicaAsync();
        await replica.LookAsync();

        replica.NotReady.Should().BeNull();
        replica.Log.Lines.Should().ContainSingle(line => line.StartsWith("Warning: ValidatingWebhookConfiguration kritis-validation-hook cannot be read: "));
    }

    [Fact]
    public async Task A_webhook_configuration_that_nobody_could_look_at_leaves_a_verifier_not_ready()
    {
        Server.Refuses = request => request.Path.Value!.Contains("webhook") ? 0 : null;
        var replica = NewReplica();
        await replica.LookAsync();

        replica.HasCertificate.Should().BeTrue();
        replica.NotReady.Should().Be("the webhook configuration was not read yet, API servers may not trust the certificate");
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"metadata\":null}")]
    [InlineData("{\"metadata\":{},\"data\":7}")]
    [InlineData("<html>")]
    public async Task An_answer_that_is_none_is_a_problem_and_no_crash(string body)
    {
        Server.Answers = _ => (HttpStatusCode.OK, body);
        var replica = NewReplica();

        await replica.LookAsync();

        replica.NotReady.Should().NotBeNull();
        Server.Answers = _ => null;
        await replica.LookAsync();
        replica.NotReady.Should().BeNull();
    }
}
