using System.Diagnostics.Metrics;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Attestations.Resources.Kubernetes;
using Kritis.Events.Attestations.Tests.Kubernetes;
using Kritis.Events.Servers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using static Kritis.Events.Attestations.Tests.Kubernetes.ScriptedApiServer;

namespace Kritis.Events.Attestations.Tests.Resources.Kubernetes;

/// <summary>When there is a set at all, and what becomes of it while the API server is away.</summary>
public sealed class ClusterResourcesTests : IAsyncLifetime
{
    private const string Policy = """{"metadata":{"name":"p","uid":"p","resourceVersion":"1"},"spec":{"namespaces":["default"],"require":{"allOf":["release"]}}}""";
    private const string AttestationPolicy = """{"metadata":{"name":"gap","namespace":"team","uid":"g","resourceVersion":"1"},"spec":{"attestationAuthorityNames":["demo-aa"]}}""";
    private static readonly string[] Native = ["registries", "witnesses", "signingrules", "securitypolicies"];
    private static readonly string[] Foreign = ["attestationauthorities", "genericattestationpolicies", "admissionallowlists"];
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private ScriptedApiServer _server = null!;
    private ClusterResources _resources = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static Func<HttpContext, Task> Missing => Status(404, "the server could not find the requested resource");

    public async ValueTask InitializeAsync()
    {
        _server = await StartAsync();
        _resources = new ClusterResources(_server.Client, "/none", TimeProvider.System, _services.GetRequiredService<IMeterFactory>(), NullLogger<ClusterResources>.Instance);
    }

    public async ValueTask DisposeAsync()
    {
        await _resources.StopAsync(CancellationToken.None);
        _resources.Dispose();
        await _server.DisposeAsync();
        await _services.DisposeAsync();
    }

    [Fact]
    public async Task G3_Before_every_kind_is_read_everything_is_refused_everywhere()
    {
        RefusesEverything();
        Answer(Native[..3], List("1"));
        _server.For("securitypolicies", Silence);

        await _resources.StartAsync(Cancellation);

        await Eventually.Async("the others are read", () => _resources.Waiting.Count == 4, Cancellation);
        _resources.Waiting.Should().Contain("securitypolicies.kritis.events are not read yet");
        _resources.FirstRead.IsCompleted.Should().BeFalse();
        RefusesEverything();
    }

    [Fact]
    public async Task Without_our_kinds_it_is_not_ready_and_says_what_to_install()
    {
        Answer([.. Native, .. Foreign], Missing, Missing, Missing);

        await _resources.StartAsync(Cancellation);

        await Eventually.Async("the reason is known", () => _resources.Waiting.Any(line => line.Contains("CustomResourceDefinition")), Cancellation);
        _resources.Waiting.Should().Contain("the API server knows no securitypolicies.kritis.events, version v1alpha1; is its CustomResourceDefinition installed?");
        RefusesEverything();
    }

    [Fact]
    public async Task G3_That_a_cluster_lacks_the_older_kinds_is_believed_only_of_a_server_that_knows_ours()
    {
        Answer(Native[..3], List("1"));
        _server.For("securitypolicies", Missing, Missing, List("1", Policy));
        Answer(Foreign, Missing);

        await ReadAsync();

        _resources.Current.Policies.Should().ContainSingle().Which.Name.Should().Be("p");
        var requests = _server.Requests.Select(request => request.Split('?')[0].Split('/')[^1]).ToList();
        requests.FindIndex(Foreign.Contains).Should().BeGreaterThan(requests.LastIndexOf("securitypolicies", requests.FindIndex(Foreign.Contains)));
        requests.Take(requests.FindIndex(Foreign.Contains)).Count(plural => plural == "securitypolicies").Should().BeGreaterThanOrEqualTo(3);
    }

    [Fact]
    public async Task Kinds_that_are_installed_later_are_found()
    {
        Answer(Native, List("1"));
        Answer(["attestationauthorities", "admissionallowlists"], List("1"));
        _server.For("genericattestationpolicies", Missing, List("1", AttestationPolicy));

        await ReadAsync();

        await Eventually.Async("the policy is in force", () => _resources.Current.Policies.Any(policy => policy.Name == "gap:team/gap"), Cancellation);
    }

    [Fact]
    public async Task G3_A_kind_that_was_there_and_is_said_to_be_missing_keeps_its_policies()
    {
        Answer(Native, List("1"));
        Answer(["attestationauthorities", "admissionallowlists"], List("1"));
        _server.For("genericattestationpolicies", List("1", AttestationPolicy), Missing, Missing, Missing);

        await ReadAsync();

        await Eventually.Async("it was asked again", () => _server.Requests.Count(request => request.Contains("genericattestationpolicies")) >= 4, Cancellation);
        _resources.Current.Policies.Should().ContainSingle().Which.Name.Should().Be("gap:team/gap");
        _resources.FirstRead.IsCompletedSuccessfully.Should().BeTrue();
    }

    [Fact]
    public async Task An_outage_leaves_the_last_known_set_and_every_change_swaps_it_whole()
    {
        var cut = new TaskCompletionSource();
        var refused = Status(500, "etcd is away");
        Answer([.. Native[..3], .. Foreign], List("1"));
        _server.For("securitypolicies", List("1", Policy), WatchThatIsCut(cut.Task, ""), refused, refused, List("9", Policy, Policy.Replace("\"p\"", "\"q\"")));
        var swapped = new List<ResourceSet>();
        _resources.Changed += swapped.Add;
        _resources.Changed += _ => throw new InvalidOperationException("a listener that fails");

        await ReadAsync();
        _resources.Current.Policies.Should().ContainSingle();
        cut.SetResult();

        await Eventually.Async("the change is in force", () => _resources.Current.Policies.Count == 2, Cancellation);
        swapped.Should().OnlyContain(set => set.Policies.Count > 0).And.Contain(_resources.Current);
    }

    private void RefusesEverything() => _resources.Current.Policies.Should().ContainSingle().Which.Should().BeEquivalentTo(
        new { Enabled = true, Clusters = new[] { "*" }, Namespaces = new[] { "*" }, Enforcement = Enforcement.Enforce, Problem = "the policies are not read from the cluster yet", Exempt = Array.Empty<string>() });

    private void Answer(string[] plurals, params Func<HttpContext, Task>[] answers)
    {
        foreach (var plural in plurals)
        {
            _server.For(plural, answers);
        }
    }

    private async Task ReadAsync()
    {
        await _resources.StartAsync(Cancellation);
        await Eventually.Async("the resources are read", () => _resources.FirstRead.IsCompletedSuccessfully, Cancellation, () => string.Join('\n', _resources.Waiting));
    }
}
