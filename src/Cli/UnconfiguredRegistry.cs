using Kritis.Events.Attestations.Resources;

namespace Kritis.Events.Cli;

/// <summary>A registry that no resource names: reached under its own host over HTTPS, or over plain HTTP where that is a loopback address.</summary>
internal static class UnconfiguredRegistry
{
    public const string DockerHub = "docker.io";

    /// <param name="host">The host with its port where it has one, as a reference names it.</param>
    /// <param name="tokenRealms">Hosts besides its own that may hand out its bearer tokens.</param>
    public static ConfiguredRegistry Of(string host, params IReadOnlyList<string> tokenRealms) => host == DockerHub
        ? new ConfiguredRegistry { Name = host, Host = host, Url = new Uri("https://registry-1.docker.io"), TokenRealms = ["auth.docker.io", .. tokenRealms] }
        : new ConfiguredRegistry { Name = host, Host = host, Url = new Uri($"{(IsLoopback(host) ? "http" : "https")}://{host}"), TokenRealms = tokenRealms };

    private static bool IsLoopback(string host) => new Uri($"http://{host}").IsLoopback;
}
