using k8s.Models;

namespace Kritis.Events.ServiceDefaults.Tests.Deploy;

/// <summary>The webhook configuration asks about everything that makes Pods, under the names that users know, and locks no cluster out.</summary>
public class WebhookConfigurationTests
{
    // The kinds that kritis-validation-hook asks about, and the names it does so under.
    private static readonly string[] Asked =
    [
        "kritis-validation-hook-deployments.grafeas.io: apps/v1/deployments",
        "kritis-validation-hook-replicasets.grafeas.io: apps/v1/replicasets",
        "kritis-validation-hook-daemonsets.grafeas.io: apps/v1/daemonsets",
        "kritis-validation-hook-statefulsets.grafeas.io: apps/v1/statefulsets",
        "kritis-validation-hook-replicationcontrollers.grafeas.io: /v1/replicationcontrollers",
        "kritis-validation-hook-jobs.grafeas.io: batch/v1/jobs",
        "kritis-validation-hook-cronjobs.grafeas.io: batch/v1,v1beta1/cronjobs",
        "kritis-validation-hook-pods.grafeas.io: /v1/pods,pods/ephemeralcontainers",
    ];

    public static TheoryData<string> Overlays => Manifests.Overlays;

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task There_is_a_webhook_for_each_kind_that_makes_pods(string overlay)
    {
        var webhooks = (await Webhooks(overlay)).ToList();

        webhooks.Select(webhook => $"{webhook.Name}: {Resources(webhook.Rules.Single())}").Should().Equal(Asked);
        webhooks.Should().OnlyContain(webhook => webhook.Rules.Single().Operations.SequenceEqual(new[] { "CREATE", "UPDATE" }));
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task What_cannot_be_asked_is_refused_within_the_time_an_api_server_has(string overlay)
    {
        foreach (var webhook in await Webhooks(overlay))
        {
            webhook.FailurePolicy.Should().Be("Fail");
            webhook.TimeoutSeconds.Should().BeInRange(2, 9);
            webhook.SideEffects.Should().Be("None");
            webhook.MatchPolicy.Should().Be("Equivalent");
            webhook.AdmissionReviewVersions.Should().Equal("v1");
            webhook.Rules.Single().Scope.Should().Be("Namespaced");
            webhook.ObjectSelector.Should().BeNull("who makes an object chooses its labels");
            webhook.MatchConditions.Should().BeNull();
        }
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task Only_its_own_namespace_and_kube_system_are_spared_by_their_names(string overlay)
    {
        var manifests = await Manifests.OfAsync(overlay);
        var own = manifests.All<V1Namespace>().Single().Metadata.Name;

        foreach (var webhook in await Webhooks(overlay))
        {
            webhook.NamespaceSelector.MatchLabels.Should().BeNull();
            var spared = webhook.NamespaceSelector.MatchExpressions.Should().ContainSingle().Subject;
            (spared.Key, spared.OperatorProperty).Should().Be(("kubernetes.io/metadata.name", "NotIn"));
            spared.Values.Should().BeEquivalentTo(own, "kube-system");
        }

        manifests.Objects.Where(made => made.Metadata.NamespaceProperty is not null).Should().OnlyContain(made => made.Metadata.NamespaceProperty == own);
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task It_leads_to_the_verifiers_service(string overlay)
    {
        var service = (await Manifests.OfAsync(overlay)).One<V1Service>("kritis-verifier");

        foreach (var client in (await Webhooks(overlay)).Select(webhook => webhook.ClientConfig))
        {
            (client.Service.Name, client.Service.NamespaceProperty, client.Service.Port, client.Service.Path)
                .Should().Be((service.Metadata.Name, service.Metadata.NamespaceProperty, service.Spec.Ports.Single().Port, "/validate"));
            client.Url.Should().BeNull();
            client.CaBundle.Should().BeNull("the verifier puts it in");
        }
    }

    private static async Task<IEnumerable<V1ValidatingWebhook>> Webhooks(string overlay)
    {
        var configuration = (await Manifests.OfAsync(overlay)).All<V1ValidatingWebhookConfiguration>().Should().ContainSingle().Subject;
        configuration.Metadata.Name.Should().Be("kritis-validation-hook");
        return configuration.Webhooks;
    }

    private static string Resources(V1RuleWithOperations rule) =>
        $"{rule.ApiGroups.Single()}/{string.Join(',', rule.ApiVersions)}/{string.Join(',', rule.Resources)}";
}
