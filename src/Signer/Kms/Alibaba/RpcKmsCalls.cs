using System.Text.Json;
using Kritis.Events.Signer.AlibabaCloud.Rpc;

namespace Kritis.Events.Signer.Kms.Alibaba;

/// <summary>KMS through this project's own protocol client. Source: the API reference of KMS, version 2016-01-20.</summary>
internal sealed class RpcKmsCalls(RpcClient client) : IKmsCalls
{
    private const int PageSize = 100;
    private const int MostPages = 100;

    /// <inheritdoc/>
    public async Task<KmsSignature> AsymmetricSignAsync(
        KmsKeyVersion key, string algorithm, ReadOnlyMemory<byte> sha256, CancellationToken cancellationToken)
    {
        var answer = await SendAsync(key.Region, "AsymmetricSign", new Dictionary<string, string>
        {
            ["KeyId"] = key.KeyId,
            ["KeyVersionId"] = key.KeyVersionId,
            ["Algorithm"] = algorithm,
            ["Digest"] = Convert.ToBase64String(sha256.Span),
        }, cancellationToken);
        return new KmsSignature(answer.Text("KeyVersionId"), Base64(answer, "Value"), answer.RequestId);
    }

    /// <inheritdoc/>
    public async Task<string> GetPublicKeyAsync(KmsKeyVersion key, CancellationToken cancellationToken) =>
        (await SendAsync(key.Region, "GetPublicKey", new Dictionary<string, string>
        {
            ["KeyId"] = key.KeyId,
            ["KeyVersionId"] = key.KeyVersionId,
        }, cancellationToken)).Text("PublicKey");

    /// <inheritdoc/>
    public async Task<KmsKeyDescription> DescribeKeyAsync(string region, string keyId, CancellationToken cancellationToken)
    {
        var answer = await SendAsync(region, "DescribeKey", new Dictionary<string, string> { ["KeyId"] = keyId }, cancellationToken);
        if (!answer.Root.TryGetProperty("KeyMetadata", out var found) || found.ValueKind != JsonValueKind.Object)
        {
            throw answer.Unreadable("'KeyMetadata' is missing");
        }

        var key = answer with { Root = found };
        return new KmsKeyDescription
        {
            KeyId = key.Text("KeyId"),
            KeyState = key.Text("KeyState"),
            KeyUsage = key.Text("KeyUsage"),
            KeySpec = key.OptionalText("KeySpec") ?? key.Text("KeySpecification"),
            PrimaryKeyVersion = key.OptionalText("PrimaryKeyVersion"),
        };
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> ListKeyVersionsAsync(string region, string keyId, CancellationToken cancellationToken)
    {
        var versions = new List<string>();
        for (var page = 1; page <= MostPages; page++)
        {
            var answer = await SendAsync(region, "ListKeyVersions", new Dictionary<string, string>
            {
                ["KeyId"] = keyId,
                ["PageNumber"] = page.ToString(null, null),
                ["PageSize"] = PageSize.ToString(null, null),
            }, cancellationToken);
            var found = Versions(answer);
            versions.AddRange(found);
            if (found.Length < PageSize)
            {
                break;
            }
        }

        return versions;
    }

    private static string[] Versions(RpcAnswer answer) =>
        answer.Root.TryGetProperty("KeyVersions", out var list) && list.ValueKind == JsonValueKind.Object
        && list.TryGetProperty("KeyVersion", out var items) && items.ValueKind == JsonValueKind.Array
            ? [.. items.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.Object).Select(item => (answer with { Root = item }).Text("KeyVersionId"))]
            : throw answer.Unreadable("'KeyVersions.KeyVersion' is missing");

    private static byte[] Base64(RpcAnswer answer, string name)
    {
        try
        {
            return Convert.FromBase64String(answer.Text(name));
        }
        catch (FormatException)
        {
            throw answer.Unreadable($"'{name}' is not base64");
        }
    }

    private Task<RpcAnswer> SendAsync(string region, string action, Dictionary<string, string> parameters, CancellationToken cancellationToken) =>
        client.SendAsync(new RpcCall { Service = RpcService.Kms, Region = region, Action = action, Parameters = parameters }, cancellationToken);
}
