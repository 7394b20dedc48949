using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Log;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.ServiceDefaults;
using Kritis.Events.ServiceDefaults.Bus;
using Kritis.Events.ServiceDefaults.Health;
using Kritis.Events.ServiceDefaults.Kubernetes;
using Kritis.Events.ServiceDefaults.Settings;
using Kritis.Events.Signer.AlibabaCloud;
using Kritis.Events.Signer.Intake;
using Kritis.Events.Signer.Kms;
using Kritis.Events.Signer.Reconcile;
using Kritis.Events.Signer.Registry;
using Kritis.Events.Signer.Signing;

namespace Kritis.Events.Signer;

/// <summary>The Signer: takes push events, signs what the rules ask for, writes the attestation log.</summary>
internal static class Program
{
    public static Task<int> Main(string[] args) => KritisService.RunAsync(() => Create(args));

    /// <summary>The service as it runs; the embedded system adds what it shows.</summary>
    public static WebApplication Create(string[] args, Action<WebApplicationBuilder>? customise = null, BusParts? shown = null)
    {
        var builder = KritisService.CreateBuilder("signer", args, "http://localhost:8080");
        builder.AddKubernetes();
        builder.Services.AddResources(builder.Configuration, HealthEndpoints.Ready);
        builder.Services.AddAttestationLog(builder.Broker(), builder.DataPath(), "signer");
        builder.Services.AddAttestationIndex(keepSignatures: true, HealthEndpoints.Ready);
        builder.Services.AddAlibabaCloud(builder.Configuration);
        builder.Services.AddRegistry();
        builder.Services.AddKeyManagement(builder.Configuration);
        builder.Services.AddSigning(builder.Configuration);
        builder.Services.AddIntake(builder.Configuration);
        builder.Services.AddReconcile(builder.Configuration);
        customise?.Invoke(builder);
        builder.AddBus(needed: true, SigningRegistration.Queue, shown);

        var app = builder.Build();
        app.MapIntake();
        app.MapKritisDefaults();
        return app;
    }
}
