using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Log;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Cli.AlibabaCloud;
using Kritis.Events.Contracts;
using Kritis.Events.Contracts.Images;
using Kritis.Events.ServiceDefaults;
using Kritis.Events.ServiceDefaults.Health;
using Kritis.Events.ServiceDefaults.Kubernetes;
using Kritis.Events.Verifier.Admission;
using Kritis.Events.Verifier.Cache;
using Kritis.Events.Verifier.Policies;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Kritis.Events.Cli.Explain;

/// <summary>
/// What a verifier with the same settings would know once it is ready: the resources, and what the attestation log says of the repositories that are asked
/// about. What it says of others is passed over, so that the log may be as long as it likes.
/// </summary>
internal sealed class VerifierKnowledge : IAsyncDisposable
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(50);
    private readonly WebApplication _app;

    private VerifierKnowledge(WebApplication app) => _app = app;

    /// <summary>Reads it.</summary>
    /// <param name="images">The images that are asked about, as they are written.</param>
    /// <param name="options">What is given instead of read.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="StartRefusedException">A setting or a resource is wrong, or the log or the API server cannot be read.</exception>
    public static async Task<VerifierKnowledge> ReadAsync(IEnumerable<string> images, ExplainOptions options, CancellationToken cancellationToken)
    {
        var builder = KritisService.CreateBuilder("cli", [.. Settings(options.Cluster)], "http://127.0.0.1:0");
        _ = builder.Logging.ClearProviders();
        _ = builder.AddKubernetes();
        _ = builder.Services.AddResources(builder.Configuration, HealthEndpoints.Ready);
        if (options.Labels is null)
        {
            _ = builder.AddNamespaces();
        }

        builder.AddCache("explain");
        builder.Services.AddDecisions(builder.Configuration);
        builder.Services.AddSingleton<FoundAttestations>();
        var repositories = Repositories(images);
        builder.Services.Replace(ServiceDescriptor.Singleton(new IndexWriterOptions { Keeps = image => repositories.Contains(image.Repository) }));
        var knowledge = new VerifierKnowledge(builder.Build());
        try
        {
            _ = knowledge.Get<FoundAttestations>();
            await knowledge._app.ReadLogAsync(options.Patience, cancellationToken);
            await knowledge.ReadLabelsAsync(options.Patience, cancellationToken);
            return knowledge;
        }
        catch
        {
            await knowledge.DisposeAsync();
            throw;
        }
    }

    public string Cluster => Get<ClusterOptions>().Name;

    public string Log => Get<IAttestationLog>().Description;

    public Explainer Explainer(ExplainOptions options) =>
        new(Get<AdmissionDecider>(), Get<ClusterPolicies>(), Get<NamespaceLabels>(), Get<FoundAttestations>()) { Labels = options.Labels };

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    /// <summary>Where the settings name an API server, it knows the labels of the namespaces.</summary>
    private async Task ReadLabelsAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        if (_app.Services.GetService<NamespaceWatch>() is not { } watch)
        {
            return;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(patience);
        try
        {
            while (!watch.HasListed)
            {
                await Task.Delay(LookAgain, limit.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new StartRefusedException($"the namespaces could not be listed within {patience.TotalSeconds:0} s: {watch.Problem}; name the labels by --namespace-labels");
        }
    }

    // The same repository may be known under several hosts, so the host is left out.
    private static HashSet<string> Repositories(IEnumerable<string> images) =>
    [
        .. images.Select(image => ImageReference.TryParse(image, out var reference, out _) ? reference.Repository : null).OfType<string>(),
    ];

    /// <summary>Without a bus the log is a file; one that is not there must not be taken for one without attestations.</summary>
    private static IEnumerable<string> Settings(string? cluster)
    {
        var set = CloudTools.Settings();
        var bus = set["Bus:Uri"] is { Length: > 0 } given ? given : "memory:";
        yield return $"--Bus:Uri={bus}";
        if (cluster is not null)
        {
            yield return $"--Cluster:Name={cluster}";
        }

        if (!bus.StartsWith("memory:", StringComparison.Ordinal))
        {
            // Nothing is written, so no folder needs to be made where the command is run.
            yield return $"--Data:Path={Path.GetTempPath()}";
            yield break;
        }

        var file = Path.Combine(set["Data:Path"] is { Length: > 0 } path ? path : "./data", "attestations.db");
        if (!File.Exists(file))
        {
            throw new StartRefusedException($"there is no attestation log to decide from: {file} is not there. Set KRITIS_Bus__Uri as the verifier has it, or KRITIS_Data__Path for 'kritis up'");
        }
    }

    private T Get<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();
}
