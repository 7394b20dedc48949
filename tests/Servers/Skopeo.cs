namespace Kritis.Events.Servers;

/// <summary>Debian's <c>skopeo</c>.</summary>
public static class Skopeo
{
    /// <summary>Pushes a layout to <paramref name="destination"/>, for example <c>127.0.0.1:5000/team/app:1</c>.</summary>
    public static Task PushAsync(OciLayout layout, string destination, CancellationToken cancellationToken, params string[] options) =>
        ChildProcess.RunAsync("skopeo",
            ["--insecure-policy", "copy", "--dest-tls-verify=false", .. options, $"oci:{layout.Path}:{OciLayout.Tag}", $"docker://{destination}"], cancellationToken);
}
