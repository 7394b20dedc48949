using Kritis.Events.Benchmarks.Data;

namespace Kritis.Events.Benchmarks.Start;

/// <summary>The services and the empty application, on one broker.</summary>
/// <param name="folder">Resources and data folders.</param>
/// <param name="broker">The broker.</param>
internal sealed class StartedPrograms(SigningFolder folder, Uri broker)
{
    private int _started;

    // As a service's container runs: the web server's default.
    private static Dictionary<string, string> ServerCollection => new() { ["DOTNET_gcServer"] = "1" };

    public StartedProgram Signer(string program) => new("signer", program, "http", NextSettings, _ => ServerCollection);

    public StartedProgram Verifier(string program) => new("verifier", program, "https", NextSettings, _ => ServerCollection);

    public StartedProgram Empty(string program) => new("empty application", program, "http", () => [], address => EmptyVariables(address, consumer: false));

    public StartedProgram EmptyWithConsumer(string program) =>
        new("empty application with a consumer", program, "http", () => [], address => EmptyVariables(address, consumer: true));

    private Dictionary<string, string> NextSettings() => folder.Settings($"started-{_started++}", broker);

    private Dictionary<string, string> EmptyVariables(Uri address, bool consumer) => new(ServerCollection)
    {
        ["ASPNETCORE_URLS"] = address.GetLeftPart(UriPartial.Authority),
        ["Bus__Uri"] = broker.ToString(),
        ["Consumer"] = consumer ? "true" : "false",
    };
}
