using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using System.Text.Json.Nodes;
using Kritis.Events.Attestations.Resources.Kubernetes;
using Kritis.Events.ServiceDefaults.Kubernetes;
using Kritis.Events.Verifier.Leader;
using Kritis.Events.Verifier.Resources;
using Kritis.Events.Verifier.Tests.Kubernetes;
using Kritis.Events.Verifier.Tests.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kritis.Events.Verifier.Tests.Resources;

public sealed class ResourceStatusWriterTests : IAsyncDisposable
{
    private const string Registries = "/apis/kritis.events/v1alpha1/registries";
    private readonly ApiServerInMemory _api = new();
    private readonly RecordedLog _log = new();
    private readonly List<IHostedService> _services = [];
    private readonly ServiceProvider _metrics = new ServiceCollection().AddMetrics().BuildServiceProvider();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_object_says_whether_it_is_in_force()
    {
        Put("good", "registry.example.com", generation: 1);
        Put("bad", "no-dot", generation: 4);

        await StartAsync("a");

        await Eventually.Holds(() => Ready("good") is not null && Ready("bad") is not null, "both have a status");
        (Text("good", "status"), Text("good", "reason"), Text("good", "message")).Should().Be(("True", "InForce", "in force"));
        Ready("good")!["observedGeneration"]!.GetValue<long>().Should().Be(1);
        (Text("bad", "status"), Text("bad", "reason")).Should().Be(("False", "Invalid"));
        Text("bad", "message").Should().Be(
            "Registry 'bad': spec.host: 'no-dot': expected a host name with a dot, a port or 'localhost', for example registry.example.com or 127.0.0.1:5000; it is left out");
        Ready("bad")!["observedGeneration"]!.GetValue<long>().Should().Be(4);
        Text("bad", "lastTransitionTime").Should().MatchRegex("^20..-..-..T..:..:..Z$");
    }

    [Fact]
    public async Task Nothing_is_written_that_stands_there_already()
    {
        Put("good", "registry.example.com");
        await StartAsync("a");
        await Eventually.Holds(() => Ready("good") is not null, "it has a status");
        var written = Writes("good");

        Put("other", "other.example.com");
        await Eventually.Holds(() => Ready("other") is not null, "the other has a status");

        Writes("good").Should().Be(written).And.Be(1);
    }

    [Fact]
    public async Task The_time_of_transition_and_foreign_conditions_stay_where_readiness_does()
    {
        const string Long = "2020-01-01T00:00:00Z";
        Put("good", "registry.example.com", generation: 7, conditions: new JsonArray(
            new JsonObject { ["type"] = "Ready", ["status"] = "True", ["reason"] = "InForce", ["message"] = "an older text", ["lastTransitionTime"] = Long },
            new JsonObject { ["type"] = "Foreign", ["status"] = "Unknown" }));

        await StartAsync("a");

        await Eventually.Holds(() => Text("good", "message") == "in force", "the message is renewed");
        Text("good", "lastTransitionTime").Should().Be(Long);
        Conditions("good").Select(condition => condition!["type"]!.GetValue<string>()).Should().BeEquivalentTo("Ready", "Foreign");

        Put("good", "no-dot", generation: 8, conditions: (JsonArray)Conditions("good").DeepClone());
        await Eventually.Holds(() => Text("good", "reason") == "InvalidLastKept", "the change is told");
        Text("good", "lastTransitionTime").Should().NotBe(Long);
    }

    [Theory]
    [InlineData("7")]
    [InlineData("""{"conditions":"none"}""")]
    [InlineData("""{"conditions":[7,{"type":["Ready"]},{"type":"Ready","status":{},"observedGeneration":"x"}]}""")]
    public async Task A_status_that_somebody_else_spoilt_is_put_right(string status)
    {
        var registry = Registry("good", "registry.example.com", 1);
        registry["status"] = JsonNode.Parse(status);
        _api.Put(Registries, registry);

        await StartAsync("a");

        await Eventually.Holds(() => Conditions("good").Count(condition => condition is JsonObject found && found["reason"]?.ToString() == "InForce") == 1, "it says Ready");
    }

    [Fact]
    public async Task A_refused_write_is_told_once_and_tried_until_it_is_taken()
    {
        var refusals = 0;
        _api.Refusal = request => request.Method == HttpMethod.Patch && Interlocked.Increment(ref refusals) <= 2 ? HttpStatusCode.Forbidden : null;
        Put("good", "registry.example.com");

        await StartAsync("a");

        await Eventually.Holds(() => Ready("good") is not null, "it has a status");
        _log.Lines.Where(line => line.Contains("The status of registries.kritis.events good cannot be written")).Should().ContainSingle()
            .Which.Should().Contain(@"answers 403: refused by\u000athe test");
        await Eventually.Holds(() => _log.Lines.Contains("Information: The status of resources can be written again."), "it is told that it goes on");
    }

    [Fact]
    public async Task An_object_that_changes_while_its_status_is_written_gets_the_status_of_what_it_became()
    {
        Put("good", "registry.example.com", generation: 1);
        var changed = false;
        _api.Refusal = request =>
        {
            if (request.Method == HttpMethod.Patch && !changed)
            {
                changed = true;
                Put("good", "no-dot", generation: 2);
            }

            return null;
        };

        await StartAsync("a");

        await Eventually.Holds(() => Ready("good")?["observedGeneration"]?.GetValue<long>() == 2, "the newest is described");
        Text("good", "reason").Should().Be("InvalidLastKept");
        _log.Lines.Should().NotContain(line => line.Contains("cannot be written"), "a conflict is an ordinary thing");
    }

    [Fact]
    public async Task However_often_others_change_an_object_first_its_status_is_tried_again_in_a_moment()
    {
        const int Conflicts = 5;
        var hurried = new HurriedTime();
        var refusals = 0;
        _api.Refusal = request => request.Method == HttpMethod.Patch && Interlocked.Increment(ref refusals) <= Conflicts ? HttpStatusCode.Conflict : null;
        Put("good", "registry.example.com");

        await StartAsync("a", hurried);

        await Eventually.Holds(() => Ready("good") is not null, "it has a status");
        hurried.Pauses.Should().HaveCount(Conflicts).And.OnlyContain(pause => pause == TimeSpan.FromSeconds(1), "the API server is not away");
        _log.Lines.Should().NotContain(line => line.Contains("cannot be written"), "a conflict is an ordinary thing");
    }

    [Fact]
    public async Task Only_the_replica_that_leads_writes()
    {
        Put("good", "registry.example.com");
        await StartAsync("a");
        await Eventually.Holds(() => Ready("good") is not null, "it has a status");
        await StartAsync("b");

        Put("other", "other.example.com");
        await Eventually.Holds(() => Ready("other") is not null, "the other has a status");

        (Writes("good"), Writes("other")).Should().Be((1, 1));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in Enumerable.Reverse(_services))
        {
            await service.StopAsync(CancellationToken.None);
            (service as IDisposable)?.Dispose();
        }

        await _metrics.DisposeAsync();
    }

    private async Task StartAsync(string replica, TimeProvider? writersTime = null)
    {
        var client = _api.Client();
        using var loggers = LoggerFactory.Create(logging => logging.AddProvider(_log));
        var leader = new ClusterLeader(
            client, new KubernetesOptions { Enabled = true, Namespace = "kritis" }, new LeaderIdentity(replica), TimeProvider.System, loggers.CreateLogger<ClusterLeader>());
        var resources = new ClusterResources(client, "/none", TimeProvider.System, _metrics.GetRequiredService<IMeterFactory>(), loggers.CreateLogger<ClusterResources>());
        var writer = new ResourceStatusWriter(client, resources, leader, writersTime ?? TimeProvider.System, loggers.CreateLogger<ResourceStatusWriter>());
        foreach (var service in new IHostedService[] { leader, resources, writer })
        {
            _services.Add(service);
            await service.StartAsync(Cancellation);
        }

        await resources.FirstRead.WaitAsync(Cancellation);
    }

    private void Put(string name, string host, int generation = 1, JsonArray? conditions = null)
    {
        var registry = Registry(name, host, generation);
        if (conditions is not null)
        {
            registry["status"] = new JsonObject { ["conditions"] = conditions };
        }

        _api.Put(Registries, registry);
    }

    private static JsonObject Registry(string name, string host, int generation) => new()
    {
        ["apiVersion"] = "kritis.events/v1alpha1",
        ["kind"] = "Registry",
        ["metadata"] = new JsonObject { ["name"] = name, ["uid"] = $"uid-of-{name}", ["generation"] = generation, ["creationTimestamp"] = "2026-11-24T00:00:00Z" },
        ["spec"] = new JsonObject { ["host"] = host },
    };

    private int Writes(string name) => _api.Count("PATCH", $"{Registries}/{name}/status");

    private JsonArray Conditions(string name) =>
        (_api.Objects($"{Registries}//{name}").SingleOrDefault()?["status"] as JsonObject)?["conditions"] as JsonArray ?? [];

    private JsonNode? Ready(string name) => Conditions(name).FirstOrDefault(condition => condition is JsonObject found && found["type"]?.ToString() == "Ready");

    private string? Text(string name, string member) => Ready(name)?[member]?.ToString();

    /// <summary>Remembers the pauses that were asked for and makes none of them; the ten seconds that an answer may take are left.</summary>
    private sealed class HurriedTime : TimeProvider
    {
        private static readonly TimeSpan Answer = TimeSpan.FromSeconds(10);

        public ConcurrentQueue<TimeSpan> Pauses { get; } = [];

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime == Answer)
            {
                return base.CreateTimer(callback, state, dueTime, period);
            }

            Pauses.Enqueue(dueTime);
            return base.CreateTimer(callback, state, TimeSpan.Zero, period);
        }
    }
}
