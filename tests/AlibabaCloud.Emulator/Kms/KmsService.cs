using System.Text.Json.Nodes;

namespace Kritis.Events.AlibabaCloud.Emulator.Kms;

/// <summary>KMS, API version 2016-01-20.</summary>
internal sealed class KmsService(KmsKeys keys, Quota quota, EmulatorOptions options) : IService
{
    private const int Sha256Bytes = 32;

    public async Task<JsonObject> AnswerAsync(CloudRequest request, CancellationToken cancellationToken) => request.Action switch
    {
        "AsymmetricSign" => await SignAsync(request, cancellationToken),
        "GetPublicKey" => PublicKey(request),
        "DescribeKey" => Describe(request),
        "ListKeyVersions" => Versions(request),
        _ => throw Refusals.UnknownAction(),
    };

    private async Task<JsonObject> SignAsync(CloudRequest request, CancellationToken cancellationToken)
    {
        quota.Take();
        var key = Usable(request);
        var version = request.Required("KeyVersionId");
        var signature = key.Sign(version, request.Required("Algorithm"), Digest(request), options.FixedLengthEcdsa);
        if (options.SigningTime > TimeSpan.Zero)
        {
            await Task.Delay(options.SigningTime, cancellationToken);
        }

        return new JsonObject { ["KeyId"] = key.Id, ["KeyVersionId"] = version, ["Value"] = Convert.ToBase64String(signature) };
    }

    private static byte[] Digest(CloudRequest request)
    {
        var digest = new byte[Sha256Bytes];
        return Convert.TryFromBase64String(request.Required("Digest"), digest, out var written) && written == Sha256Bytes
            ? digest
            : throw Refusals.Invalid("Digest");
    }

    private JsonObject PublicKey(CloudRequest request)
    {
        var key = Usable(request);
        var version = request.Required("KeyVersionId");
        return new JsonObject { ["KeyId"] = key.Id, ["KeyVersionId"] = version, ["PublicKey"] = key.PublicKeyOf(version) };
    }

    // Keys for signing have no primary version in KMS; who signs names the version.
    private JsonObject Describe(CloudRequest request)
    {
        var key = keys.Find(request.Region, request.Required("KeyId"));
        return new JsonObject
        {
            ["KeyMetadata"] = new JsonObject
            {
                ["KeyId"] = key.Id,
                ["Arn"] = $"acs:kms:{key.Region}:1234567890123456:key/{key.Id}",
                ["KeyState"] = key.State,
                ["KeyUsage"] = key.Usage,
                ["KeySpec"] = key.Spec,
                ["ProtectionLevel"] = "SOFTWARE",
                ["Origin"] = "Aliyun_KMS",
            },
        };
    }

    private JsonObject Versions(CloudRequest request)
    {
        var key = keys.Find(request.Region, request.Required("KeyId"));
        var (page, size) = (request.Number("PageNumber", 1), request.Number("PageSize", 10));
        var items = key.Versions.Skip((page - 1) * size).Take(size)
            .Select(version => (JsonNode)new JsonObject { ["KeyId"] = key.Id, ["KeyVersionId"] = version });
        return new JsonObject
        {
            ["KeyVersions"] = new JsonObject { ["KeyVersion"] = new JsonArray([.. items]) },
            ["TotalCount"] = key.Versions.Count,
            ["PageNumber"] = page,
            ["PageSize"] = size,
        };
    }

    private KmsKey Usable(CloudRequest request)
    {
        var key = keys.Find(request.Region, request.Required("KeyId"));
        if (key.State != "Enabled")
        {
            throw new CloudErrorException(409, $"Rejected.{key.State}", $"The request was rejected because the key state is {key.State}.");
        }

        return key.Usage == "SIGN/VERIFY" ? key : throw new CloudErrorException(400, "Rejected.UnsupportedOperation", "Unsupported operation.");
    }
}
