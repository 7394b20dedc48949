using Kritis.Events.Servers;

namespace Kritis.Events.EndToEnd.Kubernetes;

/// <summary>The one API server of a test run, for classes with <c>[Collection&lt;SharedApiServer&gt;]</c>. Each test makes a namespace of its own.</summary>
[CollectionDefinition]
public sealed class SharedApiServer : ICollectionFixture<SharedApiServer>, IAsyncLifetime
{
    private static int _namespaces;

    public KubernetesApiServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await KubernetesApiServer.StartAsync(CancellationToken.None);

    public ValueTask DisposeAsync() => Server is null ? ValueTask.CompletedTask : Server.DisposeAsync();

    /// <summary>A namespace that no other test has.</summary>
    public async Task<string> NamespaceAsync(CancellationToken cancellationToken)
    {
        var name = $"test-{Interlocked.Increment(ref _namespaces)}";
        await Server.CreateNamespaceAsync(name, labels: null, cancellationToken);
        return name;
    }
}
