using System.Text.Json;
using k8s;
using k8s.Models;

namespace Kritis.Events.Attestations.Kubernetes;

/// <summary>Lists a kind, page by page, at the newest version there is.</summary>
internal sealed class ClusterList<T>(ClusterRequests requests, ClusterKind kind, TimeProvider time)
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    private const int PageSize = 250;
    private const int MostPageBytes = 256 * 1024 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public async Task<(List<T> Objects, List<ClusterChange<T>.Unreadable> Unreadable, string Version)> ReadAsync(CancellationToken cancellationToken)
    {
        var objects = new List<T>();
        var unreadable = new List<ClusterChange<T>.Unreadable>();
        var (version, next) = ("", (string?)null);
        do
        {
            (version, next) = await PageAsync(next, objects, unreadable, cancellationToken);
        }
        while (!string.IsNullOrEmpty(next));
        return (objects, unreadable, version);
    }

    private async Task<(string Version, string? Next)> PageAsync(
        string? from, List<T> objects, List<ClusterChange<T>.Unreadable> unreadable, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        var query = $"limit={PageSize}" + (from is null ? "" : $"&continue={Uri.EscapeDataString(from)}");
        using var response = await requests.GetAsync(kind, query, either.Token);
        await response.Content.LoadIntoBufferAsync(MostPageBytes, either.Token);
        await using var body = await response.Content.ReadAsStreamAsync(either.Token);
        using var page = await JsonDocument.ParseAsync(body, ClusterJson.Options, either.Token);
        var metadata = page.RootElement.Member("metadata");
        var items = page.RootElement.Member("items");
        if (items.ValueKind == JsonValueKind.Undefined || metadata.TextOf("resourceVersion") is not { Length: > 0 } version)
        {
            throw new ClusterAwayException($"the API server answered the request for {kind} with what is no list");
        }

        // An empty list is written as null by some servers.
        foreach (var item in items.ValueKind == JsonValueKind.Array ? [.. items.EnumerateArray()] : Array.Empty<JsonElement>())
        {
            var (read, strange) = ClusterObjects<T>.Read(item);
            if (read is not null)
            {
                objects.Add(read);
            }
            else
            {
                unreadable.Add(strange!);
            }
        }

        return (version, metadata.TextOf("continue"));
    }
}
