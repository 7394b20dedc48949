using Kritis.Events.Benchmarks.Data;
using Kritis.Events.Benchmarks.Endpoint;
using Kritis.Events.Benchmarks.Running;

namespace Kritis.Events.Benchmarks.Scale;

/// <summary>Verifiers on logs of several sizes, ready and warm.</summary>
internal sealed class ScaledVerifiers : IAsyncDisposable
{
    private const int Connections = 4;
    private const int WarmUp = 10_000;
    private readonly List<IAsyncDisposable> _open = [];
    private readonly List<IDisposable> _folders = [];
    private readonly List<ScaledVerifier> _started = [];

    /// <summary>Starts some on one log; nobody is connected to them before <see cref="ConnectAsync"/>, as a server closes what is idle for minutes.</summary>
    public async Task<IReadOnlyList<ScaledVerifier>> StartAsync(GeneratedLog log, int count, CancellationToken cancellationToken)
    {
        using var key = BenchmarkKey.In(log.KeyFile);
        var folder = new VerifierFolder(key.Witness, otherPolicies: 99);
        _folders.Add(folder);
        for (var number = 0; number < count; number++)
        {
            var server = ServerUnderLoad.StartVerifier(core: null, BuiltService.Loopback("https"), folder.Settings($"verifier-{number}", log.File));
            _open.Add(server);
            await server.UntilVerifiedAsync(log.Attestations, cancellationToken);
            _started.Add(new ScaledVerifier(server));
        }

        return _started.GetRange(_started.Count - count, count);
    }

    /// <summary>Connects to all, and warms them up at the same time.</summary>
    public Task ConnectAsync(CancellationToken cancellationToken) => Task.WhenAll(_started.Select(async verifier =>
    {
        verifier.Connections = await OpenAsync(verifier.Server, cancellationToken);
        lock (_open)
        {
            _open.AddRange(verifier.Connections);
        }
    }));

    public async ValueTask DisposeAsync()
    {
        for (var at = _open.Count - 1; at >= 0; at--)
        {
            await _open[at].DisposeAsync();
        }

        _folders.ForEach(folder => folder.Dispose());
    }

    private static async Task<ILoadConnection[]> OpenAsync(ServerUnderLoad server, CancellationToken cancellationToken)
    {
        var review = Reviews.OfPod(BenchmarkImages.Of(0).ToString());
        using var body = new ByteArrayContent(review) { Headers = { ContentType = new("application/json") } };
        using var answer = await server.Http.PostAsync(new Uri("/validate", UriKind.Relative), body, cancellationToken);
        var scenario = new HttpScenario("pod-allowed", review, await answer.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync(cancellationToken));
        var connections = await Load.OpenAsync(http: 1, Connections, new Uri(server.Address, "/validate?timeout=10s"), scenario, cancellationToken);
        await Task.WhenAll(connections.Select(connection => Load.RepeatAsync(connection, WarmUp / Connections, cancellationToken)));
        return connections;
    }
}

/// <summary>One of them.</summary>
internal sealed class ScaledVerifier(ServerUnderLoad server)
{
    public ServerUnderLoad Server => server;

    /// <summary>Open connections to it.</summary>
    public ILoadConnection[] Connections { get; set; } = [];
}
