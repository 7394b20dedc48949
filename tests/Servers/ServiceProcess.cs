namespace Kritis.Events.Servers;

/// <summary>One of the project's own services as a process of its own.</summary>
public sealed class ServiceProcess : IAsyncDisposable
{
    private readonly ChildProcess _process;
    private readonly HttpClient _http;

    private ServiceProcess(ChildProcess process, Uri address)
    {
        (_process, Address) = (process, address);
        _http = ClientOf(address);
    }

    public Uri Address { get; }

    /// <summary>A client for its address that takes its certificate as it is.</summary>
    public HttpClient Http => _http;

    public string Output => _process.Output;

    public bool HasExited => _process.HasExited;

    public int Id => _process.Id;

    /// <summary>Starts a service, by <c>dotnet</c> where it is no program of its own; the settings are given as <c>KRITIS_…</c> variables, beside others for the process itself.</summary>
    public static ServiceProcess Start(
        string name, string assembly, Uri address, IReadOnlyDictionary<string, string> settings, IReadOnlyDictionary<string, string>? variables = null)
    {
        var environment = settings.ToDictionary(setting => "KRITIS_" + setting.Key.Replace(":", "__", StringComparison.Ordinal), setting => setting.Value);
        environment["KRITIS_urls"] = address.GetLeftPart(UriPartial.Authority);
        environment["DOTNET_gcServer"] = "0";
        foreach (var (variable, value) in variables ?? new Dictionary<string, string>())
        {
            environment[variable] = value;
        }

        return new ServiceProcess(assembly.EndsWith(".dll", StringComparison.Ordinal)
            ? ChildProcess.Start(name, "dotnet", [assembly], environment)
            : ChildProcess.Start(name, assembly, [], environment), address);
    }

    /// <summary>A client for a service's address that takes its certificate as it is.</summary>
    public static HttpClient ClientOf(Uri address)
    {
#pragma warning disable CA5400 // The certificate is the service's own; a test that is about it checks it.
        return new HttpClient(new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, _, _, _) => true }) { BaseAddress = address };
#pragma warning restore CA5400
    }

    public async Task<string> ReadinessAsync(CancellationToken cancellationToken)
    {
        using var answer = await _http.GetAsync(new Uri("/readyz", UriKind.Relative), cancellationToken);
        return answer.IsSuccessStatusCode ? "ready" : await answer.Content.ReadAsStringAsync(cancellationToken);
    }

    public Task UntilReadyAsync(CancellationToken cancellationToken, TimeSpan? patience = null) => Eventually.Async(
        $"{_process.Name} is ready",
        async () => _process.HasExited
            ? throw new InvalidOperationException($"it ended with {_process.ExitCode}")
            : await ReadinessAsync(cancellationToken) == "ready",
        cancellationToken, () => Output, patience);

    public Task KillAsync() => _process.KillAsync();

    /// <summary>Sends a signal, for example <c>STOP</c> and <c>CONT</c>.</summary>
    public void Signal(string signal) => _process.Signal(signal);

    /// <returns>Whether it ended by itself when asked to.</returns>
    public Task<bool> StopAsync() => _process.StopAsync(TimeSpan.FromSeconds(30));

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _process.DisposeAsync();
    }
}
