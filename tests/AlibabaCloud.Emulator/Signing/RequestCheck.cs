using System.Collections.Concurrent;
using System.Globalization;

namespace Kritis.Events.AlibabaCloud.Emulator.Signing;

/// <summary>Checks who asks: signature (V3 or V1), time stamp, nonce and security token.</summary>
internal sealed class RequestCheck(AccessKeys keys, TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(15);
    private readonly ConcurrentDictionary<string, DateTimeOffset> _nonces = new();

    /// <returns>The access key's id.</returns>
    /// <exception cref="CloudErrorException">It is refused.</exception>
    public string Check(CloudRequest request)
    {
        var claim = request.Header("Authorization") is { } header
            ? SignatureV3.Read(request, header)
            : SignatureV1.Read(request);
        CheckTime(request, claim.Timestamp);
        var key = keys.Find(claim.AccessKeyId) ?? throw SenderErrors.UnknownKey(request);
        CheckToken(key, claim.SecurityToken);
        if (!claim.IsSignedWith(key.Secret))
        {
            throw SenderErrors.WrongSignature(request);
        }

        if (!_nonces.TryAdd(claim.Nonce, time.GetUtcNow()))
        {
            throw new CloudErrorException(400, "SignatureNonceUsed", "Specified signature nonce was used already.");
        }

        return key.Id;
    }

    private void CheckTime(CloudRequest request, string text)
    {
        if (!DateTimeOffset.TryParseExact(text, "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var stamp))
        {
            throw SenderErrors.UnreadableTime(request);
        }

        if ((time.GetUtcNow() - stamp).Duration() > Window)
        {
            throw SenderErrors.WrongTime(request);
        }
    }

    private void CheckToken(AccessKey key, string? token)
    {
        if (key.SecurityToken is null)
        {
            return;
        }

        if (token is null)
        {
            throw new CloudErrorException(400, "MissingSecurityToken", "SecurityToken is mandatory for this action.");
        }

        if (token != key.SecurityToken)
        {
            throw new CloudErrorException(400, "InvalidSecurityToken.MismatchWithAccessKey", "Specified SecurityToken mismatch with the AccessKey.");
        }

        if (key.ExpiresAt <= time.GetUtcNow())
        {
            throw new CloudErrorException(400, "InvalidSecurityToken.Expired", "Specified SecurityToken is expired.");
        }
    }
}

/// <summary>What a request says of its sender.</summary>
internal sealed record SignatureClaim(string AccessKeyId, string Timestamp, string Nonce, string? SecurityToken, Func<string, bool> IsSignedWith);
