using AlibabaCloud.SDK.Kms20160120;
using AlibabaCloud.SDK.Kms20160120.Models;
using Kritis.Events.Signer.AlibabaCloud;
using Kritis.Events.Signer.AlibabaCloud.Rpc;
using Kritis.Events.Signer.AlibabaCloud.Sdk;

namespace Kritis.Events.Signer.Kms.Alibaba;

/// <summary>KMS through the SDK <c>AlibabaCloud.SDK.Kms20160120</c>.</summary>
internal sealed class SdkKmsCalls(SdkCalls sdk) : IKmsCalls
{
    private const int PageSize = 100;
    private const int MostPages = 100;

    /// <inheritdoc/>
    public async Task<KmsSignature> AsymmetricSignAsync(KmsKeyVersion key, string algorithm, ReadOnlyMemory<byte> sha256, CancellationToken cancellationToken)
    {
        var request = new AsymmetricSignRequest
        {
            KeyId = key.KeyId,
            KeyVersionId = key.KeyVersionId,
            Algorithm = algorithm,
            Digest = Convert.ToBase64String(sha256.Span),
        };
        var answer = await sdk.SendAsync(RpcService.Kms, key.Region, "AsymmetricSign",
            (config, runtime) => new Client(config).AsymmetricSignWithOptionsAsync(request, runtime), cancellationToken);
        var body = SdkCalls.Required(answer.Body, "body", null);
        return new KmsSignature(
            SdkCalls.Required(body.KeyVersionId, "KeyVersionId", body.RequestId),
            Base64(SdkCalls.Required(body.Value, "Value", body.RequestId), body.RequestId),
            body.RequestId ?? "none");
    }

    /// <inheritdoc/>
    public async Task<string> GetPublicKeyAsync(KmsKeyVersion key, CancellationToken cancellationToken)
    {
        var request = new GetPublicKeyRequest { KeyId = key.KeyId, KeyVersionId = key.KeyVersionId };
        var answer = await sdk.SendAsync(RpcService.Kms, key.Region, "GetPublicKey",
            (config, runtime) => new Client(config).GetPublicKeyWithOptionsAsync(request, runtime), cancellationToken);
        return SdkCalls.Required(answer.Body?.PublicKey, "PublicKey", answer.Body?.RequestId);
    }

    /// <inheritdoc/>
    public async Task<KmsKeyDescription> DescribeKeyAsync(string region, string keyId, CancellationToken cancellationToken)
    {
        var request = new DescribeKeyRequest { KeyId = keyId };
        var answer = await sdk.SendAsync(RpcService.Kms, region, "DescribeKey",
            (config, runtime) => new Client(config).DescribeKeyWithOptionsAsync(request, runtime), cancellationToken);
        var (key, id) = (SdkCalls.Required(answer.Body?.KeyMetadata, "KeyMetadata", answer.Body?.RequestId), answer.Body?.RequestId);
        return new KmsKeyDescription
        {
            KeyId = SdkCalls.Required(key.KeyId, "KeyId", id),
            KeyState = SdkCalls.Required(key.KeyState, "KeyState", id),
            KeyUsage = SdkCalls.Required(key.KeyUsage, "KeyUsage", id),
            KeySpec = SdkCalls.Required(key.KeySpec, "KeySpec", id),
            PrimaryKeyVersion = key.PrimaryKeyVersion is { Length: > 0 } primary ? primary : null,
        };
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> ListKeyVersionsAsync(string region, string keyId, CancellationToken cancellationToken)
    {
        var versions = new List<string>();
        for (var page = 1; page <= MostPages; page++)
        {
            var request = new ListKeyVersionsRequest { KeyId = keyId, PageNumber = page, PageSize = PageSize };
            var answer = await sdk.SendAsync(RpcService.Kms, region, "ListKeyVersions",
                (config, runtime) => new Client(config).ListKeyVersionsWithOptionsAsync(request, runtime), cancellationToken);
            var found = SdkCalls.Required(answer.Body?.KeyVersions?.KeyVersion, "KeyVersions.KeyVersion", answer.Body?.RequestId);
            versions.AddRange(found.Select(version => SdkCalls.Required(version?.KeyVersionId, "KeyVersionId", answer.Body?.RequestId)));
            if (found.Count < PageSize)
            {
                break;
            }
        }

        return versions;
    }

    private static byte[] Base64(string text, string? requestId)
    {
        try
        {
            return Convert.FromBase64String(text);
        }
        catch (FormatException)
        {
            throw new AlibabaCloudException(AlibabaCloudException.AnswerUnreadable,
                $"Alibaba Cloud's answer cannot be used: 'Value' is not base64 (request id {requestId ?? "none"}).", transient: false, requestId);
        }
    }
}
