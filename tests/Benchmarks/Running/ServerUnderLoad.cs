using System.Globalization;
using Kritis.Events.Servers;

namespace Kritis.Events.Benchmarks.Running;

/// <summary>
/// A server in a process of its own, on one core where that is asked for: what is measured is then the server, not what the load leaves it. What it writes
/// to standard output goes nowhere, as reading it would cost the load's core.
/// </summary>
internal sealed class ServerUnderLoad : IAsyncDisposable
{
    private const int UseServerCollection = 1;
    private readonly ChildProcess _process;
    private readonly HttpClient _http;

    private ServerUnderLoad(ChildProcess process, Uri address)
    {
        (_process, Address) = (process, address);
        _http = ServiceProcess.ClientOf(address);
    }

    public Uri Address { get; }

    public int Id => _process.Id;

    public HttpClient Http => _http;

    /// <summary>Starts it.</summary>
    /// <param name="name">Its name in error messages.</param>
    /// <param name="core">The core that it may use; null for all.</param>
    /// <param name="address">Where it listens.</param>
    /// <param name="environment">Its environment, beside this process' own.</param>
    /// <param name="command">The assembly and its arguments.</param>
    public static ServerUnderLoad Start(string name, int? core, Uri address, IReadOnlyDictionary<string, string> environment, params IReadOnlyList<string> command)
    {
        var variables = new Dictionary<string, string>(environment)
        {
            // As a service's container runs: the web server's default.
            ["DOTNET_gcServer"] = UseServerCollection.ToString(CultureInfo.InvariantCulture),
        };
        string[] start = core is { } number ? ["taskset", "-c", number.ToString(CultureInfo.InvariantCulture), "dotnet"] : ["dotnet"];
        return new ServerUnderLoad(
            ChildProcess.Start(name, "sh", ["-c", "exec \"$@\" >/dev/null", "sh", .. start, .. command], variables), address);
    }

    /// <summary>Starts the verifier that was built beside this benchmark.</summary>
    /// <param name="core">The core that it may use; null for all.</param>
    /// <param name="address">Where it listens.</param>
    /// <param name="settings">Its settings.</param>
    /// <param name="variables">Variables for the runtime.</param>
    public static ServerUnderLoad StartVerifier(
        int? core, Uri address, IReadOnlyDictionary<string, string> settings, IReadOnlyDictionary<string, string>? variables = null)
    {
        var environment = settings.ToDictionary(setting => "KRITIS_" + setting.Key.Replace(":", "__", StringComparison.Ordinal), setting => setting.Value);
        environment["KRITIS_urls"] = address.GetLeftPart(UriPartial.Authority);
        foreach (var (name, value) in variables ?? new Dictionary<string, string>())
        {
            environment[name] = value;
        }

        return Start("verifier", core, address, environment, BuiltService.Assembly("Verifier"));
    }

    /// <summary>Waits until <paramref name="path"/> is answered with success.</summary>
    public Task UntilAnsweringAsync(string path, CancellationToken cancellationToken) => Eventually.Async(
        $"{_process.Name} answers {path}",
        async () =>
        {
            using var answer = _process.HasExited
                ? throw new InvalidOperationException($"it ended with {_process.ExitCode}")
                : await _http.GetAsync(new Uri(path, UriKind.Relative), cancellationToken);
            return answer.IsSuccessStatusCode;
        },
        cancellationToken, () => _process.Output, TimeSpan.FromMinutes(20));

    /// <summary>Waits until a verifier is ready and has verified what it filed at its start, which takes half a core for as long as that lasts.</summary>
    public async Task UntilVerifiedAsync(int attestations, CancellationToken cancellationToken)
    {
        await UntilAnsweringAsync("/readyz", cancellationToken);
        await Eventually.Async(
            $"{attestations} attestations are verified",
            async () => (await ServiceMetrics.ReadAsync(_http, cancellationToken)).Sum("kritis_index_attestations") >= attestations,
            cancellationToken, () => _process.Output, TimeSpan.FromMinutes(20));
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _process.DisposeAsync();
    }
}
