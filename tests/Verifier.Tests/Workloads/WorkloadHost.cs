using System.Text.Json.Nodes;
using k8s;
using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.ServiceDefaults;
using Kritis.Events.ServiceDefaults.Kubernetes;
using Kritis.Events.Verifier.Admission;
using Kritis.Events.Verifier.Cache;
using Kritis.Events.Verifier.Events;
using Kritis.Events.Verifier.Leader;
using Kritis.Events.Verifier.Policies;
using Kritis.Events.Verifier.Tests.Kubernetes;
using Kritis.Events.Verifier.Tests.Testing;
using Kritis.Events.Verifier.Workloads;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Kritis.Events.Verifier.Tests.Workloads;

/// <summary>A replica of the verifier as it is wired, with an API server, a bus and a clock that a test holds.</summary>
internal sealed class WorkloadHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly TemporaryFolder _data;

    private WorkloadHost(WebApplication app, TemporaryFolder data) => (_app, _data) = (app, data);

    public RecordingBus Bus { get; } = RecordingBus.Create();

    public RecordedLog Log { get; } = new();

    public IndexWriter Index => _app.Services.GetRequiredService<IndexWriter>();

    public ClusterLeader Leader => _app.Services.GetRequiredService<ClusterLeader>();

    public WorkloadFindings Findings => _app.Services.GetRequiredService<WorkloadFindings>();

    public RunningPods Pods => _app.Services.GetRequiredService<RunningPods>();

    public IServiceProvider Services => _app.Services;

    /// <summary>Whether the policies, the labels and the log are known.</summary>
    public bool KnowsEnough { get; set; } = true;

    public static async Task<WorkloadHost> StartAsync(
        ApiServerInMemory api, FakeTimeProvider time, FixedResources resources, Action<WorkloadHost>? prepare = null)
    {
        var data = new TemporaryFolder();
        await File.WriteAllTextAsync(data.File("kubeconfig"), """
            apiVersion: v1
            kind: Config
            clusters: [{ name: c, cluster: { server: "http://127.0.0.1:1" } }]
            users: [{ name: u, user: { token: t } }]
            contexts: [{ name: x, context: { cluster: c, user: u } }]
            current-context: x
            """);
        var builder = KritisService.CreateBuilder("verifier",
            ["--Bus:Uri=memory:", $"--Data:Path={data.Path}", "--urls=http://127.0.0.1:0", "--Kubernetes:Enabled=true", $"--Kubernetes:Kubeconfig={data.File("kubeconfig")}"],
            "http://127.0.0.1:0");
        var host = default(WorkloadHost);
        builder.AddNamespaces().AddClusterEvents();
        _ = builder.Services
            .AddSingleton<IResourceSource>(resources)
            .AddSingleton<AttestationIndex>()
            .AddSingleton(new IndexWriterOptions())
            .AddSingleton<IndexWriter>()
            .AddSingleton<Func<LogProgress>>(() => new LogProgress(CaughtUp: true, Read: 0))
            .AddAdmission(builder.Configuration);
        builder.AddLeader().AddWorkloads();
        _ = builder.Services
            .AddSingleton<TimeProvider>(time)
            .AddSingleton(api.Client())
            // A test may let days pass at once; the lease is to survive that.
            .AddSingleton(provider => new ClusterLeader(
                provider.GetRequiredService<IKubernetes>(), provider.GetRequiredService<KubernetesOptions>(), LeaderIdentity.New(), TimeProvider.System,
                provider.GetRequiredService<ILogger<ClusterLeader>>()))
            .AddSingleton(provider => host!.Bus.Bus)
            .AddSingleton(new WorkloadKnowledge(() => host!.KnowsEnough));
        _ = builder.Logging.ClearProviders();
        host = new WorkloadHost(builder.Build(), data);
        host._app.Services.GetRequiredService<ILoggerFactory>().AddProvider(host.Log);
        prepare?.Invoke(host);
        await host._app.StartAsync(TestContext.Current.CancellationToken);
        return host;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _data.Dispose();
    }

    /// <summary>A Pod as an API server holds it.</summary>
    public static JsonObject Pod(string name, params string[] images) => new()
    {
        ["kind"] = "Pod",
        ["apiVersion"] = "v1",
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "default", ["uid"] = $"uid-{name}" },
        ["spec"] = new JsonObject { ["containers"] = Review.Containers(images) },
        ["status"] = new JsonObject { ["phase"] = "Running" },
    };
}
