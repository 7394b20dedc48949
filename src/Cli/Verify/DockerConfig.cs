using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Kritis.Events.Contracts;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Signer.Registry.SignIn;

namespace Kritis.Events.Cli.Verify;

/// <summary>
/// The passwords that <c>docker login</c> keeps: <c>auths</c> of <c>config.json</c> in the folder <c>DOCKER_CONFIG</c>, or <c>~/.docker</c> (Docker CLI,
/// "docker login", credential stores). Credential helpers are programs of their own, and are not run.
/// </summary>
internal static class DockerConfig
{
    private const int MostBytes = 1024 * 1024;
    private static readonly string[] DockerHubHosts = ["index.docker.io", "registry-1.docker.io", UnconfiguredRegistry.DockerHub];

    /// <summary>The configuration that Docker would use.</summary>
    public static string File => Path.Combine(
        Environment.GetEnvironmentVariable("DOCKER_CONFIG") is { Length: > 0 } set ? set : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".docker"),
        "config.json");

    /// <summary>The password for a registry; null where there is none.</summary>
    /// <param name="file">The configuration; none is no error.</param>
    /// <param name="host">The registry, as a reference names it.</param>
    /// <param name="told">Takes what a person should know where there is none.</param>
    /// <exception cref="StartRefusedException">The configuration cannot be read.</exception>
    public static AuthenticationHeaderValue? PasswordOf(string file, string host, Action<string> told)
    {
        try
        {
            if (!System.IO.File.Exists(file))
            {
                return null;
            }

            if (new FileInfo(file).Length > MostBytes)
            {
                throw new StartRefusedException($"{file} has more than {MostBytes} bytes");
            }

            using var config = JsonDocument.Parse(System.IO.File.ReadAllBytes(file), new JsonDocumentOptions { MaxDepth = 16 });
            return PasswordOf(config.RootElement, file, host, told);
        }
        catch (Exception unreadable) when (unreadable is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException($"{file} cannot be read: {Excerpt.Of(unreadable.Message)}; give --username and --password-stdin, or set DOCKER_CONFIG", unreadable);
        }
    }

    private static AuthenticationHeaderValue? PasswordOf(JsonElement config, string file, string host, Action<string> told)
    {
        var hosts = host == UnconfiguredRegistry.DockerHub ? DockerHubHosts : [host];
        foreach (var entry in Members(config, "auths").Where(entry => hosts.Contains(HostOf(entry.Name), StringComparer.OrdinalIgnoreCase)))
        {
            if (Basic(entry.Value) is { } password)
            {
                return password;
            }
        }

        var isHelped = Text(config, "credsStore") is { Length: > 0 } || Members(config, "credHelpers").Any(helper => hosts.Contains(HostOf(helper.Name), StringComparer.OrdinalIgnoreCase));
        if (isHelped)
        {
            told($"{file} keeps the password of {host} with a credential helper, which is not run here; if the registry asks for one, give --username and --password-stdin");
        }

        return null;
    }

    private static AuthenticationHeaderValue? Basic(JsonElement entry)
    {
        var (user, password) = (Text(entry, "username"), Text(entry, "password"));
        if (Text(entry, "auth") is { Length: > 0 } auth)
        {
            var bytes = new byte[auth.Length];
            var pair = Convert.TryFromBase64String(auth, bytes, out var length) ? Encoding.UTF8.GetString(bytes, 0, length).TrimEnd('\0') : "";
            var colon = pair.IndexOf(':', StringComparison.Ordinal);
            (user, password) = colon > 0 ? (pair[..colon], pair[(colon + 1)..]) : (null, null);
        }

        return string.IsNullOrEmpty(user) || string.IsNullOrEmpty(password) ? null : ConfiguredSignIn.Basic(user, password);
    }

    // Keys are hosts, or addresses as Docker wrote them long ago: https://index.docker.io/v1/
    private static string HostOf(string key)
    {
        var scheme = key.IndexOf("://", StringComparison.Ordinal);
        var rest = scheme < 0 ? key : key[(scheme + 3)..];
        return rest.Split('/')[0];
    }

    private static JsonElement.ObjectEnumerator Members(JsonElement config, string name) =>
        config.ValueKind == JsonValueKind.Object && config.TryGetProperty(name, out var members) && members.ValueKind == JsonValueKind.Object
            ? members.EnumerateObject()
            : default;

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
