namespace Kritis.Events.Servers;

/// <summary>The Kubernetes servers that <c>tests/kubernetes/build</c> builds, in the folder that <c>KRITIS_KUBERNETES</c> names.</summary>
internal static class KubernetesBinaries
{
    public static string ApiServer => Find("kube-apiserver");

    public static string ControllerManager => Find("kube-controller-manager");

    private static string Find(string name)
    {
        var folder = Environment.GetEnvironmentVariable("KRITIS_KUBERNETES");
        if (folder is not { Length: > 0 })
        {
            throw new InvalidOperationException("KRITIS_KUBERNETES is not set; tests/run sets it, by hand it is: export KRITIS_KUBERNETES=\"$(tests/kubernetes/build)\"");
        }

        var file = Path.Combine(folder, name);
        return File.Exists(file)
            ? file
            : throw new InvalidOperationException($"{file} is not there; tests/kubernetes/build builds it and prints its folder");
    }
}
