using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Log;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.Signer.AlibabaCloud;
using Kritis.Events.Signer.Kms;
using Kritis.Events.Signer.Reconcile;
using Kritis.Events.Signer.Registry;
using Kritis.Events.Signer.Restoring;
using Kritis.Events.Signer.Signing;
using Kritis.Events.Signer.Tests.Intake;
using Kritis.Events.Signer.Tests.Registry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging;

namespace Kritis.Events.Signer.Tests.Signing;

/// <summary>One signer as it is wired, with keys and a log in memory and short pauses.</summary>
internal sealed class SignerUnderTest : IDisposable
{
    private readonly ServiceProvider _services;

    public SignerUnderTest(ResourceSet resources, IKeyManagement keys, IAttestationLog? log = null)
    {
        Resources = resources;
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Signing:Attempts"] = "4",
            ["Signing:FirstPause"] = "00:00:00.001",
            ["Signing:LongestPause"] = "00:00:00.005",
        }).Build();
        _services = new ServiceCollection()
            .AddSingleton(TimeProvider.System)
            .AddLogging(logging => logging.AddProvider(Lines))
            .AddMetrics()
            .AddSingleton<IConfiguration>(configuration)
            .AddSingleton<IResourceSource>(new FixedResources(resources))
            .AddSingleton<IHostApplicationLifetime, ApplicationLifetime>()
            .AddSingleton(new IndexWriterOptions())
            .AddSingleton(new AttestationIndex { KeepsDetails = true })
            .AddSingleton<IndexWriter>()
            .AddSingleton(log ?? Log)
            .AddSingleton(new KeyManagements([keys]))
            .AddAlibabaCloud(configuration)
            .AddSingleton(Adapter.Quick)
            .AddRegistry()
            .AddSigning(configuration)
            .AddReconciliation()
            .AddSingleton<IndexFollower>()
            .AddSingleton<LogRefill>()
            .BuildServiceProvider();
    }

    public ResourceSet Resources { get; }

    public MemoryLog Log { get; } = new();

    public RecordedLog Lines { get; } = new();

    public AttestationIndex Index => _services.GetRequiredService<AttestationIndex>();

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public Task<SigningReport> SignAsync(SigningRequest request) =>
        _services.GetRequiredService<ImageSigning>().SignAsync(request, TestContext.Current.CancellationToken);

    /// <summary>What another signer appended, as it comes by on the log.</summary>
    public void Read(IEnumerable<AttestationCreated> appended)
    {
        foreach (var created in appended)
        {
            _ = _services.GetRequiredService<IndexWriter>().WriteOwn(created);
        }
    }

    public void Dispose() => _services.Dispose();
}
