using k8s.Models;

namespace Kritis.Events.ServiceDefaults.Tests.Deploy;

/// <summary>The service accounts may do what is listed here, and nothing else.</summary>
public class PermissionTests
{
    private static readonly string[] Verifier =
    [
        "everywhere: get list watch namespaces pods",
        "everywhere: get list watch registries.kritis.events witnesses.kritis.events signingrules.kritis.events securitypolicies.kritis.events",
        "everywhere: update patch registries/status.kritis.events witnesses/status.kritis.events signingrules/status.kritis.events securitypolicies/status.kritis.events",
        "everywhere: get list watch attestationauthorities.kritis.grafeas.io genericattestationpolicies.kritis.grafeas.io admissionallowlists.kritis.grafeas.io",
        "everywhere: create patch events",
        "everywhere: get patch validatingwebhookconfigurations.admissionregistration.k8s.io named kritis-validation-hook",
        "kritis: get update secrets named kritis-verifier-tls",
        "kritis: create secrets",
        "kritis: get create update leases.coordination.k8s.io",
    ];

    private static readonly string[] Signer =
    [
        "everywhere: get list watch registries.kritis.events witnesses.kritis.events signingrules.kritis.events securitypolicies.kritis.events",
    ];

    public static TheoryData<string> Overlays => Manifests.Overlays;

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task The_verifier_may_do_this_and_nothing_else(string overlay) => (await Permissions(overlay, "kritis-verifier")).Should().BeEquivalentTo(Verifier);

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task The_signer_may_do_this_and_nothing_else(string overlay) => (await Permissions(overlay, "kritis-signer")).Should().BeEquivalentTo(Signer);

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task Roles_are_given_to_these_two_accounts_only_and_each_is_the_account_of_its_pods(string overlay)
    {
        var manifests = await Manifests.OfAsync(overlay);
        var subjects = manifests.All<V1ClusterRoleBinding>().SelectMany(binding => binding.Subjects)
            .Concat(manifests.All<V1RoleBinding>().SelectMany(binding => binding.Subjects)).ToList();

        subjects.Should().OnlyContain(subject => subject.Kind == "ServiceAccount" && subject.NamespaceProperty == "kritis");
        subjects.Select(subject => subject.Name).Distinct().Should().BeEquivalentTo("kritis-verifier", "kritis-signer");
        manifests.All<V1Deployment>().Should().OnlyContain(deployment => deployment.Spec.Template.Spec.ServiceAccountName == deployment.Metadata.Name);
        manifests.All<V1ServiceAccount>().Should().OnlyContain(account => account.AutomountServiceAccountToken == false);
        manifests.All<V1ClusterRole>().Should().OnlyContain(role => role.AggregationRule == null);
    }

    private static async Task<IEnumerable<string>> Permissions(string overlay, string account)
    {
        var manifests = await Manifests.OfAsync(overlay);
        var everywhere = from binding in manifests.All<V1ClusterRoleBinding>()
                         where binding.Subjects.Any(subject => subject.Name == account)
                         from rule in manifests.One<V1ClusterRole>(binding.RoleRef.Name).Rules
                         select Text("everywhere", rule);
        var somewhere = from binding in manifests.All<V1RoleBinding>()
                        where binding.Subjects.Any(subject => subject.Name == account)
                        from rule in manifests.One<V1Role>(binding.RoleRef.Name).Rules
                        select Text(binding.Metadata.NamespaceProperty, rule);
        return everywhere.Concat(somewhere);
    }

    private static string Text(string where, V1PolicyRule rule)
    {
        rule.NonResourceURLs.Should().BeNull();
        var group = rule.ApiGroups.Single() is { Length: > 0 } name ? "." + name : "";
        var named = rule.ResourceNames is { Count: > 0 } names ? $" named {string.Join(' ', names)}" : "";
        return $"{where}: {string.Join(' ', rule.Verbs)} {string.Join(' ', rule.Resources.Select(resource => resource + group))}{named}";
    }
}
