using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Kritis.Events.EndToEnd.System;
using Kritis.Events.Servers;

namespace Kritis.Events.EndToEnd.Faults;

/// <summary>Pushes images to the registry and tells an intake of each as a registry does: again and again, until one has answered 2xx.</summary>
internal sealed class PushedByTest(FaultyInstallation installation, FaultFigures figures) : IDisposable
{
    private const string ImageType = "application/vnd.oci.image.manifest.v1+json";
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(100);

    /// <summary>What registries wait before they tell again; without it the intakes would be tested for floods.</summary>
    private static readonly TimeSpan BackOff = TimeSpan.FromMilliseconds(500);
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(10) };
    private readonly HttpClient _registry = new() { BaseAddress = new Uri($"http://{installation.Registry.Address}"), Timeout = TimeSpan.FromSeconds(10) };
    private readonly Lock _lock = new();
    private IReadOnlyList<string> _accepted = [];
    private IReadOnlyList<string> _unsigned = [];

    /// <summary>The images whose push an intake has accepted under a rule, in that order.</summary>
    public IReadOnlyList<string> Accepted => Volatile.Read(ref _accepted);

    /// <summary>The images that no rule covers; the registry holds them, and the intakes were told of them.</summary>
    public IReadOnlyList<string> Unsigned => Volatile.Read(ref _unsigned);

    public async Task RunAsync(CancellationToken ended)
    {
        var underWay = new List<Task>();
        for (var number = 0; !ended.IsCancellationRequested; number++)
        {
            underWay.Add(PushAsync(number, number % 8 == 7 ? "unsigned" : FaultyInstallation.SignedNamespace));
            await Task.Delay(Between, ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        // What was begun is brought to its end: a registry does not forget either, as long as it lives.
        await Task.WhenAll(underWay);
        figures.Pushed = underWay.Count;
        figures.Accepted = Accepted.Count + Unsigned.Count;
        figures.Expected = Accepted.Count;
    }

    public void Dispose()
    {
        _http.Dispose();
        _registry.Dispose();
    }

    private async Task PushAsync(int number, string ns)
    {
        var repository = $"{ns}/app{number % 5}";
        var digest = await UntilDoneAsync(async () => (string?)await RawPush.PutImageAsync(_registry, repository, $"v{number}", $"{number}", CancellationToken.None));
        var target = number;
        await UntilDoneAsync(() => NotifyAsync(installation.Signers[target++ % 2], repository, number, digest));
        var image = $"{installation.Registry.Address}/{repository}@{digest}";
        lock (_lock)
        {
            if (ns == FaultyInstallation.SignedNamespace)
            {
                Volatile.Write(ref _accepted, [.. _accepted, image]);
            }
            else
            {
                Volatile.Write(ref _unsigned, [.. _unsigned, image]);
            }
        }
    }

    private static async Task<T> UntilDoneAsync<T>(Func<Task<T?>> tryOnce)
        where T : class
    {
        T? done = null;
        await Eventually.Async("the registry and an intake answer", async () =>
        {
            done = await tryOnce();
            if (done is null)
            {
                await Task.Delay(BackOff);
            }

            return done is not null;
        }, CancellationToken.None, patience: TimeSpan.FromMinutes(5));
        return done!;
    }

    private async Task<string?> NotifyAsync(ServiceProcess signer, string repository, int number, string digest)
    {
        var envelope = $$"""
            {"events":[{"id":"push-{{number}}","timestamp":"2026-11-24T12:00:00Z","action":"push","target":{
            "mediaType":"{{ImageType}}","digest":"{{digest}}","repository":"{{repository}}",
            "url":"http://{{installation.Registry.Address}}/v2/{{repository}}/manifests/v{{number}}","tag":"v{{number}}" },"request":{"host":"{{installation.Registry.Address}}"} } ] }
            """;
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(signer.Address, "/events/distribution"))
        {
            Content = new StringContent(envelope, Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Installation.Token);
        using var answer = await _http.SendAsync(request);
        return answer.StatusCode is >= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices ? digest : null;
    }
}
