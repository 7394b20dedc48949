namespace Kritis.Events.ServiceDefaults.Tests.Deploy;

/// <summary>A <c>kustomization.yaml</c> of an administrator's own, in a folder beside a clone of this repository.</summary>
internal static class Kustomization
{
    /// <param name="yaml">The file; <c>../kritis-events</c> in it is this working tree.</param>
    public static async Task<Manifests> BuildAsync(string yaml)
    {
        using var folder = new ServerFolder("kustomization");
        _ = Directory.CreateSymbolicLink(folder.File("kritis-events"), WorkingTree.Path());
        folder.Write("production/kustomization.yaml", yaml);
        return await Manifests.ReadAsync(folder.File("production"));
    }
}
