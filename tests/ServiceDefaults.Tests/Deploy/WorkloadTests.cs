using System.Globalization;
using k8s.Models;
using Kritis.Events.ServiceDefaults.Stopping;

namespace Kritis.Events.ServiceDefaults.Tests.Deploy;

/// <summary>The Pods that the manifests make: what they may do, what they are given, and that what names another thing names one that is there.</summary>
public class WorkloadTests
{
    private const string Name = "app.kubernetes.io/name";

    public static TheoryData<string> Overlays => Manifests.Overlays;

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task Every_container_is_nobody_in_particular_and_writes_to_its_data_only(string overlay)
    {
        var manifests = await Manifests.OfAsync(overlay);

        manifests.Containers.Should().NotBeEmpty();
        manifests.Containers.Should().OnlyContain(running => IsConfined(running.Container));
        manifests.All<V1Deployment>().Select(deployment => deployment.Spec.Template.Spec).Should().OnlyContain(pod => IsNobody(pod));
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task Every_container_says_what_it_needs_and_is_not_throttled(string overlay)
    {
        foreach (var (_, container) in (await Manifests.OfAsync(overlay)).Containers)
        {
            container.Resources.Requests.Keys.Should().BeEquivalentTo("cpu", "memory");
            container.Resources.Limits.Keys.Should().Equal("memory");
        }
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task No_manifest_holds_a_password_and_what_is_secret_comes_from_a_secret(string overlay)
    {
        var manifests = await Manifests.OfAsync(overlay);

        manifests.All<V1Secret>().Should().BeEmpty();
        FromSecrets(manifests, "kritis-verifier").Should().BeEquivalentTo("KRITIS_Bus__Uri=kritis-bus/uri");
        FromSecrets(manifests, "kritis-signer").Should().BeEquivalentTo("KRITIS_Bus__Uri=kritis-bus/uri", "KRITIS_Intake__Token=kritis-intake/token");
        manifests.All<V1ConfigMap>().SelectMany(map => map.Data).Should().BeEquivalentTo([KeyValuePair.Create("KRITIS_Cluster__Name", "default")]);
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task A_service_leads_to_a_named_port_of_pods_that_exist(string overlay)
    {
        var manifests = await Manifests.OfAsync(overlay);

        foreach (var service in manifests.All<V1Service>())
        {
            var pods = manifests.All<V1Deployment>().Where(deployment => Selects(service.Spec.Selector, deployment)).ToList();
            var port = pods.Should().ContainSingle().Subject.Spec.Template.Spec.Containers.Single().Ports.Single();
            service.Spec.Ports.Single().TargetPort.Value.Should().Be(port.Name);
        }

        Ports(manifests, "kritis-verifier").Should().Be((443, 8443));
        Ports(manifests, "kritis-signer").Should().Be((80, 8080));
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task What_selects_pods_selects_those_of_one_deployment(string overlay)
    {
        var manifests = await Manifests.OfAsync(overlay);
        var selectors = manifests.All<V1NetworkPolicy>().Select(policy => policy.Spec.PodSelector.MatchLabels)
            .Concat(manifests.All<V1PodDisruptionBudget>().Select(budget => budget.Spec.Selector.MatchLabels))
            .Concat(manifests.All<V1Deployment>().Select(deployment => deployment.Spec.Selector.MatchLabels))
            .ToList();

        selectors.Should().HaveCountGreaterThanOrEqualTo(4);
        selectors.Should().OnlyContain(selector => manifests.All<V1Deployment>().Count(deployment => Selects(selector, deployment)) == 1);
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task The_network_lets_in_the_port_that_is_listened_at_and_out_what_the_service_asks_for(string overlay)
    {
        var manifests = await Manifests.OfAsync(overlay);

        Rules(manifests, "kritis-verifier").Should().Be("in TCP 8443; out UDP 53, TCP 53, TCP 443, TCP 6443, TCP 5671, TCP 5672");
        Rules(manifests, "kritis-signer").Should().Be("in TCP 8080; out UDP 53, TCP 53, TCP 443, TCP 6443, TCP 5671, TCP 5672, TCP 80");
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task Probes_ask_the_port_that_is_listened_at_as_it_is_spoken_with(string overlay)
    {
        foreach (var (deployment, container) in (await Manifests.OfAsync(overlay)).Containers)
        {
            var scheme = deployment.Metadata.Name == "kritis-verifier" ? "HTTPS" : null;
            Asked(container.StartupProbe).Should().Be(("/healthz", container.Ports.Single().Name, scheme));
            Asked(container.LivenessProbe).Should().Be(("/healthz", container.Ports.Single().Name, scheme));
            Asked(container.ReadinessProbe).Should().Be(("/readyz", container.Ports.Single().Name, scheme));
            Setting(container, "KRITIS_urls").Should().Be($"{container.Ports.Single().Name}://0.0.0.0:{container.Ports.Single().ContainerPort}");
        }
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task A_pod_is_given_longer_than_its_service_takes_to_drain_and_to_stop(string overlay)
    {
        foreach (var (deployment, container) in (await Manifests.OfAsync(overlay)).Containers)
        {
            var drain = TimeSpan.Parse(Setting(container, "KRITIS_Shutdown__Drain")!, CultureInfo.InvariantCulture);
            drain.Should().BePositive();
            TimeSpan.FromSeconds(deployment.Spec.Template.Spec.TerminationGracePeriodSeconds!.Value).Should().BeGreaterThan(drain + StoppingRegistration.Patience);
        }
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task The_services_have_the_settings_of_a_cluster(string overlay)
    {
        var manifests = await Manifests.OfAsync(overlay);

        foreach (var (deployment, container) in manifests.Containers)
        {
            Setting(container, "KRITIS_Kubernetes__Enabled").Should().Be("true");
            Setting(container, "KRITIS_Resources__Source").Should().Be("Kubernetes");
            Setting(container, "KRITIS_Data__Path").Should().Be(container.VolumeMounts.Single().MountPath);
            container.EnvFrom.Select(from => from.ConfigMapRef?.Name).OfType<string>().Should().Equal(manifests.All<V1ConfigMap>().Single().Metadata.Name);
            deployment.Spec.Template.Spec.EnableServiceLinks.Should().BeFalse("their variables begin with KRITIS_ and would be read as settings");
        }

        Setting(manifests.One<V1Deployment>("kritis-verifier").Spec.Template.Spec.Containers.Single(), "KRITIS_Tls__ServiceName")
            .Should().Be(manifests.All<V1Service>().Select(service => service.Metadata.Name).Single(name => name == "kritis-verifier"));
    }

    [Fact]
    public async Task The_priority_that_the_verifier_claims_is_allowed_in_its_namespace()
    {
        var manifests = await Manifests.OfAsync(".");
        var claimed = manifests.One<V1Deployment>("kritis-verifier").Spec.Template.Spec.PriorityClassName;
        var scope = manifests.All<V1ResourceQuota>().Single().Spec.ScopeSelector.MatchExpressions.Single();

        claimed.Should().Be("system-cluster-critical");
        (scope.ScopeName, scope.OperatorProperty, scope.Values.Single()).Should().Be(("PriorityClass", "In", claimed));
        manifests.One<V1Deployment>("kritis-signer").Spec.Template.Spec.PriorityClassName.Should().BeNull("no admission waits for it");
    }

    [Fact]
    public async Task Its_namespace_takes_only_restricted_pods()
    {
        var ns = (await Manifests.OfAsync(".")).All<V1Namespace>().Should().ContainSingle().Subject;

        ns.Metadata.Name.Should().Be("kritis");
        ns.Metadata.Labels["pod-security.kubernetes.io/enforce"].Should().Be("restricted");
        ns.Metadata.Labels["kubernetes.io/metadata.name"].Should().Be("kritis");
    }

    [Fact]
    public async Task High_availability_keeps_two_of_three_verifiers_apart_and_running()
    {
        var manifests = await Manifests.OfAsync("overlays/high-availability");
        var verifier = manifests.One<V1Deployment>("kritis-verifier").Spec;

        verifier.Replicas.Should().Be(3);
        manifests.One<V1PodDisruptionBudget>("kritis-verifier").Spec.MaxUnavailable.Value.Should().Be("1");
        verifier.Template.Spec.TopologySpreadConstraints.Single().TopologyKey.Should().Be("topology.kubernetes.io/zone");
        verifier.Template.Spec.Affinity.PodAntiAffinity.PreferredDuringSchedulingIgnoredDuringExecution.Single().PodAffinityTerm.TopologyKey.Should().Be("kubernetes.io/hostname");
        manifests.One<V1Deployment>("kritis-signer").Spec.Replicas.Should().Be(2);
    }

    [Fact]
    public async Task A_single_replica_has_no_budget_that_would_stop_its_node_from_being_drained()
    {
        var manifests = await Manifests.OfAsync("overlays/single");

        manifests.All<V1PodDisruptionBudget>().Should().BeEmpty();
        manifests.All<V1Deployment>().Should().OnlyContain(deployment => deployment.Spec.Replicas == 1);
    }

    private static bool IsConfined(V1Container container) =>
        container.SecurityContext is { ReadOnlyRootFilesystem: true, AllowPrivilegeEscalation: false, Privileged: null, RunAsUser: null, RunAsNonRoot: null, SeccompProfile: null }
        && container.SecurityContext.Capabilities is { Add: null, Drop: ["ALL"] };

    private static bool IsNobody(V1PodSpec pod) =>
        pod.SecurityContext is { RunAsNonRoot: true, RunAsUser: 1654, SeccompProfile.Type: "RuntimeDefault" }
        && pod is { HostNetwork: null, HostPID: null, HostIPC: null }
        && pod.Volumes.All(volume => volume.HostPath is null);

    private static bool Selects(IDictionary<string, string> selector, V1Deployment deployment) =>
        selector.Count > 0 && selector.ContainsKey(Name) && selector.All(label => deployment.Spec.Template.Metadata.Labels.Contains(label));

    private static IEnumerable<string> FromSecrets(Manifests manifests, string deployment) =>
        manifests.One<V1Deployment>(deployment).Spec.Template.Spec.Containers.Single().Env
            .Where(variable => variable.ValueFrom is not null)
            .Select(variable => $"{variable.Name}={variable.ValueFrom.SecretKeyRef.Name}/{variable.ValueFrom.SecretKeyRef.Key}");

    private static (int Service, int Container) Ports(Manifests manifests, string name) =>
        (manifests.One<V1Service>(name).Spec.Ports.Single().Port,
            manifests.One<V1Deployment>(name).Spec.Template.Spec.Containers.Single().Ports.Single().ContainerPort);

    private static string Rules(Manifests manifests, string name)
    {
        var policy = manifests.One<V1NetworkPolicy>(name).Spec;
        policy.PolicyTypes.Should().BeEquivalentTo("Ingress", "Egress");
        return $"in {List(policy.Ingress.SelectMany(rule => rule.Ports))}; out {List(policy.Egress.SelectMany(rule => rule.Ports))}";
    }

    private static string List(IEnumerable<V1NetworkPolicyPort> ports) => string.Join(", ", ports.Select(port => $"{port.Protocol} {port.Port.Value}"));

    private static (string Path, string Port, string? Scheme) Asked(V1Probe probe) => (probe.HttpGet.Path, probe.HttpGet.Port.Value, probe.HttpGet.Scheme);

    private static string? Setting(V1Container container, string name) => container.Env.Single(variable => variable.Name == name).Value;
}
