using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Kritis.Events.AlibabaCloud.Emulator.Signing;

/// <summary>The older signature: HMAC-SHA1 in the query, as the official Node.js client still makes it.</summary>
internal static class SignatureV1
{
    public static SignatureClaim Read(CloudRequest request)
    {
        if (request.Parameters.GetValueOrDefault("SignatureMethod") != "HMAC-SHA1" || request.Parameters.GetValueOrDefault("SignatureVersion") != "1.0")
        {
            throw SenderErrors.Incomplete();
        }

        return new SignatureClaim(
            request.Required("AccessKeyId"),
            request.Required("Timestamp"),
            request.Required("SignatureNonce"),
            request.Parameters.GetValueOrDefault("SecurityToken"),
            secret => SignatureV3.Matches(Sign(request, secret), request.Required("Signature")));
    }

    [SuppressMessage("Security", "CA5350", Justification = "The protocol's own.")]
    public static string Sign(CloudRequest request, string secret)
    {
        var signed = request.Parameters.Where(parameter => parameter.Key != "Signature").ToDictionary(StringComparer.Ordinal);
        var text = $"{request.Http.Method}&{Uri.EscapeDataString("/")}&{Uri.EscapeDataString(SignatureV3.Encoded(signed))}";
        return Convert.ToBase64String(HMACSHA1.HashData(Encoding.UTF8.GetBytes(secret + "&"), Encoding.UTF8.GetBytes(text)));
    }
}
