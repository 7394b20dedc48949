using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;
using Kritis.Events.Verifier.Policies;
using Kritis.Events.Verifier.Tests.Kubernetes;
using Kritis.Events.Verifier.Tests.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Kritis.Events.Verifier.Tests.Policies;

public sealed class NamespaceWatchTests : IAsyncDisposable
{
    private const string Namespaces = "/api/v1/namespaces";
    private readonly ApiServerInMemory _api = new();
    private readonly FakeTimeProvider _time = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly NamespaceLabels _labels;
    private readonly NamespaceWatch _watch;

    public NamespaceWatchTests()
    {
        _labels = new NamespaceLabels(_time);
        _watch = new NamespaceWatch(_api.Client(), _labels, _time, _services.GetRequiredService<IMeterFactory>(), NullLogger<NamespaceWatch>.Instance);
        Label("prod", "high");
        _api.Put(Namespaces, new JsonObject { ["metadata"] = new JsonObject { ["name"] = "bare" } });
    }

    [Fact]
    public async Task Labels_are_known_after_the_list_and_follow_what_happens()
    {
        await StartAsync();
        Tier("prod").Should().Be("high");
        _labels.Of("bare").Should().BeEmpty("it has none, and that is known");
        _labels.Of("not-there").Should().BeNull();

        Label("prod", "low");
        Label("new", "high");
        _api.Delete(Namespaces, "", "bare");

        await Eventually.Holds(() => Tier("prod") == "low" && Tier("new") == "high" && _labels.Of("bare") is null, "the changes are known");
    }

    [Fact]
    public async Task A_verifier_is_not_ready_before_the_namespaces_are_listed_and_says_why()
    {
        _api.IsAway = true;
        await _watch.StartAsync(TestContext.Current.CancellationToken);
        await Eventually.Holds(() => _watch.Problem is not null, "it was tried");

        var before = await HealthAsync();
        _api.IsAway = false;
        await _time.UntilAsync(() => _watch.HasListed, "they are listed");

        before.Status.Should().Be(HealthStatus.Unhealthy);
        before.Description.Should().StartWith("cannot list the namespaces: the API server cannot be reached");
        (await HealthAsync()).Status.Should().Be(HealthStatus.Healthy);
    }

    [Fact]
    public async Task What_is_known_stands_while_the_API_server_is_away()
    {
        await StartAsync();

        _api.IsAway = true;
        await _time.UntilAsync(() => _watch.Problem is not null, "the outage is noticed");

        Tier("prod").Should().Be("high");
        (await HealthAsync()).Status.Should().Be(HealthStatus.Healthy, "admissions go on");
        _labels.IsFollowed.Should().BeTrue();
    }

    [Fact]
    public async Task Labels_that_are_not_followed_any_more_decide_and_for_how_long_is_measured()
    {
        await StartAsync();
        _watch.Behind.Should().Be(TimeSpan.Zero);

        _api.IsAway = true;
        await _time.UntilAsync(() => _watch.Problem is not null, "the outage is noticed");
        _time.Advance(TimeSpan.FromHours(1));
        _watch.Behind.Should().BeGreaterThanOrEqualTo(TimeSpan.FromHours(1));
        Tier("prod").Should().Be("high");
        _api.IsAway = false;
        Label("prod", "low");

        await _time.UntilAsync(() => Tier("prod") == "low" && _watch.Behind == TimeSpan.Zero, "they are followed again");
        _watch.Problem.Should().BeNull();
    }

    public async ValueTask DisposeAsync()
    {
        await _watch.StopAsync(CancellationToken.None);
        _watch.Dispose();
        await _services.DisposeAsync();
    }

    private async Task StartAsync()
    {
        await _watch.StartAsync(TestContext.Current.CancellationToken);
        await Eventually.Holds(() => _watch.HasListed, "the namespaces are listed");
    }

    private Task<HealthCheckResult> HealthAsync() => new NamespaceHealth(_watch).CheckHealthAsync(new HealthCheckContext(), TestContext.Current.CancellationToken);

    private string? Tier(string ns) => _labels.Of(ns)?.GetValueOrDefault("tier");

    private void Label(string ns, string tier) => _api.Put(Namespaces, new JsonObject
    {
        ["metadata"] = new JsonObject { ["name"] = ns, ["labels"] = new JsonObject { ["tier"] = tier } },
    });
}
