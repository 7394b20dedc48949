using System.Net;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Signer.Intake;

/// <summary>Reads from the configuration where ASP.NET Core is going to listen.</summary>
internal static class ListeningUrls
{
    /// <summary>The first configured address that can be reached from elsewhere, fit for a message; null where all are loopback.</summary>
    public static string? FirstBeyondLoopback(IConfiguration configuration) =>
        Configured(configuration).Where(url => !IsLoopback(url)).Select(Excerpt.Of).FirstOrDefault();

    // Kestrel's own endpoints come on top, so they are looked at whatever else is set. Where nothing is set, it is http://localhost:5000.
    private static IEnumerable<string> Configured(IConfiguration configuration)
    {
        var endpoints = configuration.GetSection("Kestrel:Endpoints").GetChildren()
            .Select(endpoint => endpoint["Url"])
            .OfType<string>();
        var urls = Split(configuration["urls"]);
        return urls.Length > 0
            ? [.. endpoints, .. urls]
            : [.. endpoints, .. Ports(configuration, "http_ports", "http"), .. Ports(configuration, "https_ports", "https")];
    }

    private static IEnumerable<string> Ports(IConfiguration configuration, string key, string scheme) =>
        Split(configuration[key]).Select(port => $"{scheme}://*:{port}");

    private static string[] Split(string? list) =>
        list?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    // Read with Kestrel's own parser; what that takes for no address and for no local name is bound to every address.
    private static bool IsLoopback(string url)
    {
        try
        {
            var parsed = BindingAddress.Parse(url);
            return parsed.IsUnixPipe || parsed.IsNamedPipe
                || parsed.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
                || (IPAddress.TryParse(parsed.Host, out var address) && IPAddress.IsLoopback(address));
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
