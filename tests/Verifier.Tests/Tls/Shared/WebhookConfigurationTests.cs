using System.Text.Json.Nodes;

namespace Kritis.Events.Verifier.Tests.Tls.Shared;

/// <summary>Of the webhook configuration nothing is changed but the bundle of the verifiers' own webhooks.</summary>
public sealed class WebhookConfigurationTests : SharedCertificateBase
{
    [Fact]
    public async Task Only_the_bundles_of_the_verifiers_webhooks_are_changed()
    {
        _ = await StartedReplicaAsync();

        var expected = Configuration();
        foreach (var place in new[] { 0, 4 })
        {
            expected["webhooks"]![place]!["clientConfig"]!["caBundle"] = Server.Get(SmallApiServer.SecretPath)!["data"]!["ca.crt"]!.GetValue<string>();
        }

        JsonNode.DeepEquals(WithoutVersion(Server.Get(SmallApiServer.ConfigurationPath)!), expected).Should().BeTrue();
    }

    [Fact]
    public async Task A_configuration_that_is_applied_again_is_put_right_at_the_next_look()
    {
        var replica = await StartedReplicaAsync();
        Server.Set(SmallApiServer.ConfigurationPath, Configuration());

        await replica.LookAsync();

        Server.Trusts(replica.Shown, Time.GetUtcNow()).Should().BeTrue();
    }

    [Fact]
    public async Task A_configuration_that_changes_while_it_is_looked_at_is_left_until_the_next_look()
    {
        var replica = await StartedReplicaAsync();
        Server.Set(SmallApiServer.ConfigurationPath, Configuration());
        var others = Configuration();
        others["webhooks"]!.AsArray().RemoveAt(0);
        Server.BeforeNextWrite = () =>
        {
            Server.Set(SmallApiServer.ConfigurationPath, others);
            return Task.CompletedTask;
        };

        await replica.LookAsync();
        JsonNode.DeepEquals(WithoutVersion(Server.Get(SmallApiServer.ConfigurationPath)!), others).Should().BeTrue("webhooks have other places now");

        await replica.LookAsync();
        Server.Trusts(replica.Shown, Time.GetUtcNow()).Should().BeTrue();
        Server.Get(SmallApiServer.ConfigurationPath)!["webhooks"]![0]!["clientConfig"]!["caBundle"]!.GetValue<string>().Should().Be("b3RoZXI=");
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("[{\"name\":\"x\",\"clientConfig\":{}}]")]
    [InlineData("[{\"name\":\"x\",\"clientConfig\":null}]")]
    public async Task A_configuration_without_a_webhook_of_the_verifiers_is_told_and_left(string webhooks)
    {
        var configuration = Configuration();
        configuration["webhooks"] = JsonNode.Parse(webhooks);
        Server.Set(SmallApiServer.ConfigurationPath, configuration);

        var replica = await StartedReplicaAsync();

        replica.Log.Lines.Should().ContainSingle(line => line.Contains("ValidatingWebhookConfiguration kritis-validation-hook has no webhook that names this service and namespace."));
        Server.Writes.Should().NotContain(write => write.StartsWith("PATCH"));
    }

    private static JsonObject WithoutVersion(JsonObject configuration)
    {
        _ = configuration["metadata"]!.AsObject().Remove("resourceVersion");
        return configuration;
    }
}
