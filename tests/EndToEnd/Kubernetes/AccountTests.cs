using System.Text.Json.Nodes;

namespace Kritis.Events.EndToEnd.Kubernetes;

/// <summary>A real API server says what the service accounts of the manifests may do, and what they may not.</summary>
[Collection<Installed>]
public class AccountTests(Installed installed)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_verifier_may_do_its_work() => (await Denied("kritis-verifier",
        "list namespaces", "watch pods", "get pods in default",
        "watch securitypolicies.kritis.events", "list witnesses.kritis.events", "get registries.kritis.events", "list signingrules.kritis.events",
        "list attestationauthorities.kritis.grafeas.io", "watch genericattestationpolicies.kritis.grafeas.io", "get admissionallowlists.kritis.grafeas.io",
        "patch securitypolicies/status.kritis.events", "update witnesses/status.kritis.events",
        "create events in kube-system", "patch events in default",
        "get validatingwebhookconfigurations.admissionregistration.k8s.io named kritis-validation-hook",
        "patch validatingwebhookconfigurations.admissionregistration.k8s.io named kritis-validation-hook",
        "get secrets in kritis named kritis-verifier-tls", "update secrets in kritis named kritis-verifier-tls", "create secrets in kritis",
        "get leases.coordination.k8s.io in kritis named kritis-verifier", "update leases.coordination.k8s.io in kritis named kritis-verifier",
        "create leases.coordination.k8s.io in kritis")).Should().BeEmpty();

    [Fact]
    public async Task The_verifier_may_change_no_policy_read_no_other_secret_and_open_no_way_around_itself() => (await Allowed("kritis-verifier",
        "create securitypolicies.kritis.events", "update securitypolicies.kritis.events", "patch witnesses.kritis.events", "delete registries.kritis.events",
        "update genericattestationpolicies.kritis.grafeas.io in default", "create admissionallowlists.kritis.grafeas.io",
        "get secrets in kritis named kritis-bus", "get secrets in kritis named kritis-keys", "list secrets in kritis", "delete secrets in kritis named kritis-verifier-tls",
        "get secrets in default", "create secrets in kube-system", "get configmaps in kritis",
        "delete validatingwebhookconfigurations.admissionregistration.k8s.io named kritis-validation-hook",
        "patch validatingwebhookconfigurations.admissionregistration.k8s.io named another", "create validatingwebhookconfigurations.admissionregistration.k8s.io",
        "patch mutatingwebhookconfigurations.admissionregistration.k8s.io",
        "create pods in kritis", "delete pods in default", "create pods/exec in default", "update namespaces", "patch namespaces", "list nodes",
        "update leases.coordination.k8s.io in kube-system", "create serviceaccounts/token in kritis",
        "create rolebindings.rbac.authorization.k8s.io in kritis", "escalate clusterroles.rbac.authorization.k8s.io", "impersonate serviceaccounts in kritis"))
        .Should().BeEmpty();

    [Fact]
    public async Task The_signer_reads_resources_and_nothing_else()
    {
        (await Denied("kritis-signer",
            "watch registries.kritis.events", "list witnesses.kritis.events", "get signingrules.kritis.events", "watch securitypolicies.kritis.events",
            "list attestationauthorities.kritis.grafeas.io")).Should().BeEmpty();
        (await Allowed("kritis-signer",
            "update witnesses.kritis.events", "patch witnesses/status.kritis.events", "get secrets in kritis", "create secrets in kritis", "list pods", "list namespaces",
            "create events in kube-system", "get validatingwebhookconfigurations.admissionregistration.k8s.io named kritis-validation-hook",
            "get leases.coordination.k8s.io in kritis", "create pods in kritis")).Should().BeEmpty();
    }

    [Fact]
    public async Task Nobody_else_gets_a_right_with_the_installation() =>
        (await Allowed("default", "list securitypolicies.kritis.events", "get secrets in kritis", "create events in kube-system", "list pods")).Should().BeEmpty();

    private async Task<IEnumerable<string>> Denied(string account, params string[] actions) => (await Ask(account, actions)).Where(action => !action.IsAllowed).Select(action => action.Text);

    private async Task<IEnumerable<string>> Allowed(string account, params string[] actions) => (await Ask(account, actions)).Where(action => action.IsAllowed).Select(action => action.Text);

    /// <summary>Asks as <c>kubectl auth can-i</c> does, all at once, and whether or not the server knows the resource.</summary>
    private async Task<IReadOnlyList<(string Text, bool IsAllowed)>> Ask(string account, string[] actions)
    {
        var questions = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "List", ["items"] = new JsonArray([.. actions.Select(action => Question(account, action))]) };
        var asked = await installed.Server.KubectlAsync(questions.ToJsonString(), Cancellation, "create", "-f", "-", "-o", "jsonpath={.status.allowed} ");
        asked.Succeeded.Should().BeTrue(asked.ToString());
        var allowed = asked.Output.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(bool.Parse).ToList();
        allowed.Should().HaveCount(actions.Length);
        return [.. actions.Zip(allowed)];
    }

    /// <param name="account">An account of the namespace <c>kritis</c>.</param>
    /// <param name="action"><c>VERB RESOURCE[/SUBRESOURCE][.GROUP] [in NAMESPACE] [named NAME]</c>.</param>
    private static JsonObject Question(string account, string action)
    {
        var words = action.Split(' ');
        var resource = words[1].Split('.', 2);
        var names = resource[0].Split('/', 2);
        return new JsonObject
        {
            ["apiVersion"] = "authorization.k8s.io/v1",
            ["kind"] = "SubjectAccessReview",
            ["spec"] = new JsonObject
            {
                ["user"] = $"system:serviceaccount:kritis:{account}",
                ["groups"] = new JsonArray("system:serviceaccounts", "system:serviceaccounts:kritis", "system:authenticated"),
                ["resourceAttributes"] = new JsonObject
                {
                    ["verb"] = words[0],
                    ["resource"] = names[0],
                    ["subresource"] = names.ElementAtOrDefault(1) ?? "",
                    ["group"] = resource.ElementAtOrDefault(1) ?? "",
                    ["namespace"] = Behind("in"),
                    ["name"] = Behind("named"),
                },
            },
        };

        string Behind(string word) => Array.IndexOf(words, word) is var position and > 0 ? words[position + 1] : "";
    }
}
