using System.Globalization;
using System.Text.Json;
using Kritis.Events.Signer.AlibabaCloud;
using Kritis.Events.Signer.AlibabaCloud.Rpc;
using Microsoft.Extensions.Options;

namespace Kritis.Events.Cli.AlibabaCloud.SecurityCenter;

/// <summary>What Security Center holds of image signing. Source: its API reference, version 2018-12-03. It is only read, never changed.</summary>
internal sealed class SecurityCenterApi(RpcClient client, IOptions<AlibabaCloudOptions> options)
{
    private const int PageSize = 50;
    private const int MostPages = 200;
    private const int MostReadings = 3;

    /// <summary>The region whose Security Center is asked.</summary>
    public string Region => options.Value.SecurityCenterRegion;

    /// <summary>All witnesses (<c>DescribeAttestors</c>).</summary>
    /// <exception cref="AlibabaCloudException">They cannot be had.</exception>
    public Task<IReadOnlyList<ConsoleWitness>> WitnessesAsync(CancellationToken cancellationToken) =>
        AllAsync("DescribeAttestors", "Attestors", Witness, witness => witness.Name, cancellationToken);

    /// <summary>All policies (<c>DescribeBinarySecurityPolicies</c>), enabled or not.</summary>
    /// <exception cref="AlibabaCloudException">They cannot be had.</exception>
    public Task<IReadOnlyList<ConsolePolicy>> PoliciesAsync(CancellationToken cancellationToken) =>
        AllAsync("DescribeBinarySecurityPolicies", "BinarySecurityPolicies", Policy, policy => policy.Name, cancellationToken);

    private static ConsoleWitness Witness(RpcAnswer item) => new()
    {
        Name = item.Text("Name"),
        Remark = item.OptionalText("Remark"),
        KeyId = item.Text("KeyId"),
        KeyVersionId = item.Text("KeyVersionId"),
        KeyRegionId = item.Text("KeyRegionId"),
    };

    private static ConsolePolicy Policy(RpcAnswer item)
    {
        var policy = item with { Root = ObjectOf(item, "Policy") };
        return new ConsolePolicy
        {
            Name = item.Text("Name"),
            Remark = item.OptionalText("Remark"),
            Status = item.Text("Status"),
            Clusters = [.. Items(item, "Clusters").Select(cluster => new ConsoleCluster(cluster.Text("ClusterId"), Texts(cluster, "Namespaces")))],
            Mode = policy.Text("PolicyMode"),
            RequiredAttestors = Texts(policy, "RequiredAttestors"),
        };
    }

    // It is written as an object in the reference, and as a text that holds JSON where a policy is made.
    private static JsonElement ObjectOf(RpcAnswer item, string name)
    {
        if (!item.Root.TryGetProperty(name, out var value))
        {
            throw item.Unreadable($"'{name}' is missing");
        }

        try
        {
            var found = value.ValueKind == JsonValueKind.String ? JsonElement.Parse(value.GetString()!, new JsonDocumentOptions { AllowDuplicateProperties = false }) : value;
            return found.ValueKind == JsonValueKind.Object ? found : throw item.Unreadable($"'{name}' is no object");
        }
        catch (JsonException)
        {
            throw item.Unreadable($"'{name}' is no JSON");
        }
    }

    private static RpcAnswer[] Items(RpcAnswer answer, string name) => answer.Root.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array
        ? [.. list.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.Object ? answer with { Root = item } : throw answer.Unreadable($"'{name}' holds something else than objects"))]
        : throw answer.Unreadable($"'{name}' is missing");

    private static string[] Texts(RpcAnswer answer, string name)
    {
        if (!answer.Root.TryGetProperty(name, out var list) || list.ValueKind == JsonValueKind.Null)
        {
            return [];
        }

        return list.ValueKind == JsonValueKind.Array && list.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String)
            ? [.. list.EnumerateArray().Select(item => item.GetString()!)]
            : throw answer.Unreadable($"'{name}' is no list of texts");
    }

    // What is changed between two pages moves entries across them: a reading counts only when it is as long as it says it is.
    private async Task<IReadOnlyList<T>> AllAsync<T>(string action, string list, Func<RpcAnswer, T> read, Func<T, string> name, CancellationToken cancellationToken)
    {
        for (var reading = 1; reading <= MostReadings; reading++)
        {
            if (await ReadAllAsync(action, list, read, name, cancellationToken) is { } all)
            {
                return all;
            }
        }

        throw new AlibabaCloudException(AlibabaCloudException.AnswerUnreadable,
            $"Security Center {action} in {Region}: the list changed while it was read, {MostReadings} times in a row. Try again.", transient: true);
    }

    private async Task<IReadOnlyList<T>?> ReadAllAsync<T>(string action, string list, Func<RpcAnswer, T> read, Func<T, string> name, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, T>(StringComparer.Ordinal);
        var total = 0;
        for (var page = 1; page <= MostPages; page++)
        {
            var answer = await client.CallAsync(new RpcCall
            {
                Service = RpcService.SecurityCenter,
                Region = Region,
                Action = action,
                Parameters = new Dictionary<string, string>
                {
                    ["CurrentPage"] = page.ToString(CultureInfo.InvariantCulture),
                    ["PageSize"] = PageSize.ToString(CultureInfo.InvariantCulture),
                },
            }, cancellationToken);
            var (items, count) = (Items(answer, list), TotalOf(answer));
            if (page > 1 && count != total || !items.Select(read).All(item => found.TryAdd(name(item), item)))
            {
                return null;
            }

            total = count;
            if (items.Length == 0 || found.Count >= total)
            {
                break;
            }
        }

        return found.Count == total ? [.. found.Values.OrderBy(name, StringComparer.Ordinal)] : null;
    }

    private static int TotalOf(RpcAnswer answer) =>
        answer.Root.TryGetProperty("PageInfo", out var info) && info.ValueKind == JsonValueKind.Object
        && info.TryGetProperty("TotalCount", out var total) && total.ValueKind == JsonValueKind.Number && total.TryGetInt32(out var count) && count >= 0
            ? count
            : throw answer.Unreadable("'PageInfo.TotalCount' is missing");
}
