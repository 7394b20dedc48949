using System.Collections.Concurrent;
using k8s;
using k8s.Models;
using Kritis.Events.Servers;

namespace Kritis.Events.ServiceDefaults.Tests.Deploy;

/// <summary>What <c>kubectl kustomize</c> makes of a folder, read strictly: a field that Kubernetes does not know is an error.</summary>
internal sealed record Manifests(IReadOnlyList<IKubernetesObject<V1ObjectMeta>> Objects)
{
    private static readonly ConcurrentDictionary<string, Task<Manifests>> Made = new();

    /// <summary>The folders that are applied, below <c>deploy/kubernetes</c>.</summary>
    public static TheoryData<string> Overlays => [".", "overlays/single", "overlays/high-availability"];

    /// <param name="folder">A folder below <c>deploy/kubernetes</c>.</param>
    public static Task<Manifests> OfAsync(string folder) => Made.GetOrAdd(folder, name => ReadAsync(WorkingTree.Path("deploy", "kubernetes", name)));

    /// <param name="path">Any folder with a <c>kustomization.yaml</c>.</param>
    public static async Task<Manifests> ReadAsync(string path)
    {
        var result = await CommandResult.OfAsync("kubectl", ["kustomize", path], null, new Dictionary<string, string>(), WorkingTree.Path(), CancellationToken.None);
        result.Succeeded.Should().BeTrue(result.ToString());
        return new Manifests([.. KubernetesYaml.LoadAllFromString(result.Output, strict: true).Cast<IKubernetesObject<V1ObjectMeta>>()]);
    }

    public IEnumerable<T> All<T>() => Objects.OfType<T>();

    public T One<T>(string name)
        where T : IKubernetesObject<V1ObjectMeta> => All<T>().Single(found => found.Metadata.Name == name);

    /// <summary>Every container of every Deployment, init containers with them.</summary>
    public IEnumerable<(V1Deployment Deployment, V1Container Container)> Containers =>
        from deployment in All<V1Deployment>()
        from container in deployment.Spec.Template.Spec.Containers.Concat(deployment.Spec.Template.Spec.InitContainers ?? [])
        select (deployment, container);
}
