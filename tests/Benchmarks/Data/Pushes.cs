using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Kritis.Events.Servers;

namespace Kritis.Events.Benchmarks.Data;

/// <summary>Images that are in the registry before the clock starts, and what the registry would tell the intake of them.</summary>
internal sealed class Pushes(SigningInstallation installation) : IDisposable
{
    private const int AtOnce = 8;
    private const int Repositories = 10;
    private readonly HttpClient _registry = new() { BaseAddress = new Uri($"http://{installation.Registry.Address}") };
    private readonly List<(string Repository, string Tag, string Digest)> _images = [];

    /// <summary>Puts further images into the registry.</summary>
    public async Task PutAsync(int count, CancellationToken cancellationToken)
    {
        // CNCF Distribution refuses a manifest now and then while the configuration that all share is written for the first time several times at once.
        var alone = Math.Clamp(Repositories - _images.Count, 0, count);
        for (var put = 0; put < alone; put++)
        {
            _images.Add(await PutOneAsync(_images.Count, cancellationToken));
        }

        var (first, others) = (_images.Count, new (string, string, string)[count - alone]);
        await Parallel.ForAsync(0, others.Length, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (at, cancelled) => others[at] = await PutOneAsync(first + at, cancelled));
        _images.AddRange(others);
    }

    /// <summary>The full name of image <paramref name="number"/>.</summary>
    public string Name(int number) => $"{installation.Registry.Address}/{_images[number].Repository}@{_images[number].Digest}";

    /// <summary>Asks the registry for the manifest, as the signer does.</summary>
    public async Task HeadAsync(int number, CancellationToken cancellationToken)
    {
        var (repository, _, digest) = _images[number];
        using var request = new HttpRequestMessage(HttpMethod.Head, new Uri($"/v2/{repository}/manifests/{digest}", UriKind.Relative));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/vnd.oci.image.manifest.v1+json"));
        using var answer = await _registry.SendAsync(request, cancellationToken);
        _ = answer.EnsureSuccessStatusCode();
    }

    /// <summary>Tells one of the intakes, each in turn, of image <paramref name="number"/> and waits for its 2xx.</summary>
    public async Task TellAsync(int number, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/events/distribution", UriKind.Relative))
        {
            Content = new StringContent(Envelope(_images[number]), Encoding.UTF8, "application/vnd.docker.distribution.events.v1+json"),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", SigningFolder.Token);
        using var answer = await installation.Signers[number % installation.Signers.Count].Http.SendAsync(request, cancellationToken);
        _ = answer.EnsureSuccessStatusCode();
    }

    public void Dispose() => _registry.Dispose();

    private async Task<(string Repository, string Tag, string Digest)> PutOneAsync(int number, CancellationToken cancellationToken)
    {
        var (repository, tag) = ($"{SigningFolder.Namespace}/app{number % Repositories}", string.Create(CultureInfo.InvariantCulture, $"v{number}"));
        return (repository, tag, await RawPush.PutImageAsync(_registry, repository, tag, $"image {number}", cancellationToken));
    }

    private string Envelope((string Repository, string Tag, string Digest) image) => new JsonObject
    {
        ["events"] = new JsonArray(new JsonObject
        {
            ["id"] = Guid.NewGuid().ToString(),
            ["timestamp"] = DateTimeOffset.UtcNow.ToString("O", CultureInfo.InvariantCulture),
            ["action"] = "push",
            ["target"] = new JsonObject
            {
                ["mediaType"] = "application/vnd.oci.image.manifest.v1+json",
                ["digest"] = image.Digest,
                ["repository"] = image.Repository,
                ["tag"] = image.Tag,
            },
            ["request"] = new JsonObject { ["host"] = installation.Registry.Address },
            ["actor"] = new JsonObject(),
        }),
    }.ToJsonString();
}
