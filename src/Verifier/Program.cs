using Kritis.Events.Attestations.Resources;
using Kritis.Events.Attestations.Snapshots;
using Kritis.Events.ServiceDefaults;
using Kritis.Events.ServiceDefaults.Bus;
using Kritis.Events.ServiceDefaults.Health;
using Kritis.Events.ServiceDefaults.Kubernetes;
using Kritis.Events.ServiceDefaults.Settings;
using Kritis.Events.Verifier.Admission;
using Kritis.Events.Verifier.Admission.Waiting;
using Kritis.Events.Verifier.Cache;
using Kritis.Events.Verifier.Events;
using Kritis.Events.Verifier.Leader;
using Kritis.Events.Verifier.Policies;
using Kritis.Events.Verifier.Resources;
using Kritis.Events.Verifier.Tls;
using Kritis.Events.Verifier.Workloads;

namespace Kritis.Events.Verifier;

/// <summary>The Verifier: answers admission reviews from what the attestation log told it.</summary>
internal static class Program
{
    public static Task<int> Main(string[] args) => KritisService.RunAsync(() => Create(args));

    /// <summary>The service as it runs; the embedded system adds what it shows.</summary>
    public static WebApplication Create(string[] args, Action<WebApplicationBuilder>? customise = null, BusParts? shown = null)
    {
        var builder = KritisService.CreateBuilder("verifier", args, "https://localhost:8443");
        builder.AddKubernetes();
        builder.AddServingCertificate();
        builder.Services.AddResources(builder.Configuration, HealthEndpoints.Ready);
        builder.AddCache();
        builder.Services.AddIndexSnapshot(builder.DataPath());
        // Services stop in reverse: the bus after the journal, which tells its last decisions.
        builder.AddBus(needed: false, PushFeed.Parts, shown);
        builder.AddNamespaces();
        builder.AddClusterEvents();
        builder.Services.AddAdmission(builder.Configuration);
        builder.AddLeader();
        builder.AddResourceStatus();
        builder.AddWorkloads();
        customise?.Invoke(builder);

        var app = builder.Build();
        app.MapAdmission();
        app.MapKritisDefaults();
        return app;
    }
}
