using Kritis.Events.Servers;

namespace Kritis.Events.EndToEnd.Kubernetes;

/// <summary>The API server that other tests stand on does what a cluster's does.</summary>
[Collection<SharedApiServer>]
public class ApiServerTests(SharedApiServer shared)
{
    private const string Widgets = """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: { name: widgets.tests.kritis.events }
        spec:
          group: tests.kritis.events
          scope: Namespaced
          names: { plural: widgets, singular: widget, kind: Widget }
          versions:
            - name: v1
              served: true
              storage: true
              schema:
                openAPIV3Schema:
                  type: object
                  properties: { spec: { type: object, required: [size], properties: { size: { type: integer, minimum: 1 } } } }
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private KubernetesApiServer Server => shared.Server;

    [Fact]
    public async Task It_is_the_release_that_was_built_and_is_found_with_its_own_authority()
    {
        var version = await Kubectl("get", "--raw", "/version");

        version.Should().Contain("\"gitVersion\": \"v1.20.2\"");
    }

    [Fact]
    public async Task Kubectl_creates_a_namespace_and_pods_are_taken_in_one_that_was_made_for_them()
    {
        var ns = await shared.NamespaceAsync(Cancellation);
        await Kubectl("create", "namespace", $"{ns}-by-kubectl");

        await Apply(ns, Pod("alone"));

        (await Kubectl("get", "namespace", $"{ns}-by-kubectl", "-o", "name")).Trim().Should().Be($"namespace/{ns}-by-kubectl");
        (await Kubectl("get", "pod", "alone", "-n", ns, "-o", "jsonpath={.spec.containers[0].image}")).Should().Be("registry.example.com/app:1");
    }

    [Fact]
    public async Task A_custom_resource_is_checked_by_its_schema_and_survives_a_restart()
    {
        var ns = await shared.NamespaceAsync(Cancellation);
        await Apply(ns, Widgets);
        await Kubectl("wait", "--for=condition=Established", "crd/widgets.tests.kritis.events", "--timeout=30s");
        await Eventually.Async("widgets are served", async () =>
            (await Server.KubectlAsync(Widget("small", "3"), Cancellation, "apply", "-n", ns, "-f", "-")).Succeeded, Cancellation, () => Server.Log);

        var refused = await Server.KubectlAsync(Widget("none", "0"), Cancellation, "apply", "-n", ns, "-f", "-");
        await Server.StopAsync();
        await Server.RestartAsync(Cancellation);

        refused.Error.Should().Contain("spec.size");
        (await Kubectl("get", "widget", "small", "-n", ns, "-o", "jsonpath={.spec.size}")).Should().Be("3");
    }

    [Fact]
    public async Task While_it_is_killed_kubectl_fails_and_afterwards_everything_is_there()
    {
        var ns = await shared.NamespaceAsync(Cancellation);
        await Server.KillAsync();

        var during = await Server.KubectlAsync(Cancellation, "get", "serviceaccount", "default", "-n", ns, "-o", "name");
        await Server.RestartAsync(Cancellation);

        during.ExitCode.Should().Be(1);
        during.Error.Should().Contain("refused");
        (await Kubectl("get", "serviceaccount", "default", "-n", ns, "-o", "name")).Trim().Should().Be("serviceaccount/default");
    }

    [Fact]
    public async Task With_the_controllers_a_deployment_gets_its_replica_set_and_pods_also_after_an_outage()
    {
        await Server.StartControllerManagerAsync(Cancellation);
        var ns = await shared.NamespaceAsync(Cancellation);

        await Kubectl("create", "deployment", "web", "--image=registry.example.com/web:1", "-n", ns);
        await UntilThereAre(1, "replicasets", ns);
        await UntilThereAre(1, "pods", ns);
        await Server.KillAsync();
        await Server.RestartAsync(Cancellation);
        await Kubectl("scale", "deployment", "web", "--replicas=3", "-n", ns);

        await UntilThereAre(3, "pods", ns);
    }

    [Fact]
    public async Task An_ephemeral_container_is_added_to_a_running_pod_through_its_subresource()
    {
        var ns = await shared.NamespaceAsync(Cancellation);
        await Apply(ns, Pod("debugged"));

        var added = await Server.KubectlAsync(
            """{"apiVersion":"v1","kind":"EphemeralContainers","metadata":{"name":"debugged"},"ephemeralContainers":[{"name":"debugger","image":"registry.example.com/debugger:1"}]}""",
            Cancellation, "replace", "--raw", $"/api/v1/namespaces/{ns}/pods/debugged/ephemeralcontainers", "-f", "-");

        added.Succeeded.Should().BeTrue(added.ToString());
        (await Kubectl("get", "pod", "debugged", "-n", ns, "-o", "jsonpath={.spec.ephemeralContainers[0].image}")).Should().Be("registry.example.com/debugger:1");
    }

    [Fact]
    public async Task A_service_account_may_do_what_its_role_says_and_nothing_else()
    {
        var ns = await shared.NamespaceAsync(Cancellation);
        await Kubectl("create", "serviceaccount", "reader", "-n", ns);
        await Kubectl("create", "role", "reader", "--verb=get,list", "--resource=configmaps", "-n", ns);
        await Kubectl("create", "rolebinding", "reader", "--role=reader", $"--serviceaccount={ns}:reader", "-n", ns);
        var reader = "--kubeconfig=" + await Server.KubeconfigForAsync(ns, "reader", Cancellation);

        var allowed = await Server.KubectlAsync(Cancellation, "get", "configmaps", "-n", ns, reader);
        var refused = await Server.KubectlAsync(Cancellation, "get", "secrets", "-n", ns, reader);
        var impersonated = await Server.KubectlAsync(Cancellation, "get", "secrets", "-n", ns, $"--as=system:serviceaccount:{ns}:reader");

        allowed.Succeeded.Should().BeTrue(allowed.ToString());
        refused.Error.Should().Contain("Forbidden").And.Contain($"system:serviceaccount:{ns}:reader");
        impersonated.Error.Should().Be(refused.Error);
    }

    private async Task<string> Kubectl(params string[] arguments)
    {
        var result = await Server.KubectlAsync(Cancellation, arguments);
        result.Succeeded.Should().BeTrue($"{string.Join(' ', arguments)}: {result}\n{Server.Log}");
        return result.Output;
    }

    private async Task Apply(string ns, string manifest)
    {
        var result = await Server.KubectlAsync(manifest, Cancellation, "apply", "-n", ns, "-f", "-");
        result.Succeeded.Should().BeTrue(result.ToString());
    }

    private Task UntilThereAre(int count, string kind, string ns) => Eventually.Async($"{count} {kind} in {ns}", async () =>
        (await Kubectl("get", kind, "-n", ns, "-o", "name")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length == count, Cancellation, () => Server.Log);

    private static string Pod(string name) => $$"""
        apiVersion: v1
        kind: Pod
        metadata: { name: {{name}} }
        spec: { containers: [{ name: app, image: "registry.example.com/app:1" }] }
        """;

    private static string Widget(string name, string size) => $$"""
        apiVersion: tests.kritis.events/v1
        kind: Widget
        metadata: { name: {{name}} }
        spec: { size: {{size}} }
        """;
}
