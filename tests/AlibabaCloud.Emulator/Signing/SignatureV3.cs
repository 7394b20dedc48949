using System.Security.Cryptography;
using System.Text;

namespace Kritis.Events.AlibabaCloud.Emulator.Signing;

/// <summary>ACS3-HMAC-SHA256.</summary>
internal static class SignatureV3
{
    private const string Algorithm = "ACS3-HMAC-SHA256";

    private static readonly string[] AlwaysSigned =
        ["host", "x-acs-action", "x-acs-content-sha256", "x-acs-date", "x-acs-signature-nonce", "x-acs-version"];

    public static SignatureClaim Read(CloudRequest request, string header)
    {
        var parts = header.StartsWith(Algorithm + " ", StringComparison.Ordinal)
            ? header[(Algorithm.Length + 1)..].Split(',').Select(part => part.Split('=', 2)).Where(part => part.Length == 2).ToDictionary(part => part[0].Trim(), part => part[1])
            : throw new CloudErrorException(400, "InvalidSignatureMethod", "Specified signature method is not valid.");
        var names = parts.GetValueOrDefault("SignedHeaders", "").Split(';');
        if (!parts.TryGetValue("Credential", out var id) || !parts.TryGetValue("Signature", out var signature) || MustBeSigned(request).Except(names).Any())
        {
            throw SenderErrors.Incomplete();
        }

        if (!string.Equals(request.Header("x-acs-content-sha256"), request.BodySha256, StringComparison.OrdinalIgnoreCase))
        {
            throw new CloudErrorException(400, "InvalidContentSha256", "The body does not have the hash that was signed.");
        }

        return new SignatureClaim(
            id,
            request.Header("x-acs-date")!,
            request.Header("x-acs-signature-nonce")!,
            request.Header("x-acs-security-token"),
            secret => Matches(Sign(request, names, secret), signature));
    }

    public static string Sign(CloudRequest request, IReadOnlyList<string> signedHeaders, string secret)
    {
        var text = new StringBuilder()
            .Append(request.Http.Method).Append('\n')
            .Append(request.Http.Path.ToUriComponent()).Append('\n')
            .Append(Encoded(request.Query)).Append('\n');
        foreach (var name in signedHeaders.Order(StringComparer.Ordinal))
        {
            _ = text.Append(name).Append(':').Append(request.Header(name)?.Trim()).Append('\n');
        }

        _ = text.Append('\n').AppendJoin(';', signedHeaders.Order(StringComparer.Ordinal)).Append('\n').Append(request.Header("x-acs-content-sha256"));
        var toSign = $"{Algorithm}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))}";
        return Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(toSign)));
    }

    // Every x-acs- header counts, not only those that every request has: an unsigned security token could be exchanged.
    private static IEnumerable<string> MustBeSigned(CloudRequest request) => request.Http.Headers.Keys
        .Select(name => name.ToLowerInvariant())
        .Where(name => name.StartsWith("x-acs-", StringComparison.Ordinal))
        .Union(AlwaysSigned);

    public static string Encoded(IReadOnlyDictionary<string, string> parameters) => string.Join('&', parameters
        .OrderBy(parameter => parameter.Key, StringComparer.Ordinal)
        .Select(parameter => $"{Uri.EscapeDataString(parameter.Key)}={Uri.EscapeDataString(parameter.Value)}"));

    public static bool Matches(string one, string other) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(one), Encoding.UTF8.GetBytes(other));
}
