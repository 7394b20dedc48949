using System.Security.Cryptography;
using System.Text;
using Kritis.Events.Signer.AlibabaCloud.Credentials;

namespace Kritis.Events.Signer.AlibabaCloud.Rpc;

/// <summary>
/// Signs requests by Alibaba Cloud's signature V3, <c>ACS3-HMAC-SHA256</c>: an HMAC-SHA256 with the access key's secret over the method, path,
/// sorted query, signed headers and the body's hash. Source: the OpenAPI documentation, "Request syntax and signature method V3".
/// </summary>
internal static class RequestSignature
{
    /// <summary>The name of the algorithm.</summary>
    public const string Algorithm = "ACS3-HMAC-SHA256";

    /// <summary>The SHA-256 of an empty body, which every request here has: all parameters stand in the query.</summary>
    public static string EmptyBody { get; } = Convert.ToHexStringLower(SHA256.HashData([]));

    /// <summary>The parameters, sorted and percent-encoded (RFC 3986).</summary>
    public static string Query(IReadOnlyDictionary<string, string> parameters) => string.Join('&', parameters
        .OrderBy(parameter => parameter.Key, StringComparer.Ordinal)
        .Select(parameter => $"{Uri.EscapeDataString(parameter.Key)}={Uri.EscapeDataString(parameter.Value)}"));

    /// <summary>The value of the <c>Authorization</c> header.</summary>
    /// <param name="method">For example <c>POST</c>.</param>
    /// <param name="path">For example <c>/</c>.</param>
    /// <param name="query">The canonical query, see <see cref="Query"/>.</param>
    /// <param name="headers">The headers that are signed, in lower case, with <c>host</c> and <c>x-acs-content-sha256</c>.</param>
    /// <param name="credentials">The access key.</param>
    public static string Authorization(
        string method, string path, string query, IReadOnlyDictionary<string, string> headers, AlibabaCredentials credentials)
    {
        var sorted = headers.OrderBy(header => header.Key, StringComparer.Ordinal).ToArray();
        var names = string.Join(';', sorted.Select(header => header.Key));
        var canonical = new StringBuilder()
            .Append(method).Append('\n').Append(path).Append('\n').Append(query).Append('\n')
            .AppendJoin("", sorted.Select(header => $"{header.Key}:{header.Value.Trim()}\n"))
            .Append('\n').Append(names).Append('\n').Append(headers["x-acs-content-sha256"]);
        var toSign = $"{Algorithm}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical.ToString())))}";
        var signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(credentials.AccessKeySecret), Encoding.UTF8.GetBytes(toSign));
        return $"{Algorithm} Credential={credentials.AccessKeyId},SignedHeaders={names},Signature={Convert.ToHexStringLower(signature)}";
    }
}
