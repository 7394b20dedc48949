using Kritis.Events.Servers;

namespace Kritis.Events.EndToEnd.Kubernetes;

/// <summary>
/// An API server of its own on which <c>overlays/single</c> is applied as it is. Its webhook refuses whatever makes Pods, for there is no verifier:
/// nobody else could use it.
/// </summary>
[CollectionDefinition]
public sealed class Installed : ICollectionFixture<Installed>, IAsyncLifetime
{
    public KubernetesApiServer Server { get; private set; } = null!;

    public static string Folder(string overlay) => Path.GetFullPath(WorkingTree.Path("deploy", "kubernetes", overlay));

    public async ValueTask InitializeAsync()
    {
        Server = await KubernetesApiServer.StartAsync(CancellationToken.None);
        // As the guide does, for the Secrets that come first.
        await KubectlAsync(CancellationToken.None, "create", "namespace", "kritis");
        await KubectlAsync(CancellationToken.None, "apply", "-k", Folder("overlays/single"));
    }

    public ValueTask DisposeAsync() => Server is null ? ValueTask.CompletedTask : Server.DisposeAsync();

    /// <returns>What it wrote.</returns>
    public async Task<string> KubectlAsync(CancellationToken cancellationToken, params string[] arguments)
    {
        var result = await Server.KubectlAsync(cancellationToken, arguments);
        result.Succeeded.Should().BeTrue($"{string.Join(' ', arguments)}: {result}\n{Server.Log}");
        return result.Output;
    }
}
