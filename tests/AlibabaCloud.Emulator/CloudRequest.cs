using System.Security.Cryptography;

namespace Kritis.Events.AlibabaCloud.Emulator;

/// <summary>An RPC-style request, taken apart.</summary>
public sealed class CloudRequest
{
    private const int MostBytes = 1024 * 1024;

    /// <summary>The HTTP request.</summary>
    public required HttpRequest Http { get; init; }

    /// <summary>The region of the end point, null for the one that serves all.</summary>
    public required string? Region { get; init; }

    /// <summary>The parameters of the query and of a form body.</summary>
    public required IReadOnlyDictionary<string, string> Parameters { get; init; }

    /// <summary>The parameters of the query alone.</summary>
    public required IReadOnlyDictionary<string, string> Query { get; init; }

    /// <summary>Hex SHA-256 of the body.</summary>
    public required string BodySha256 { get; init; }

    /// <summary>This request's id.</summary>
    public string RequestId { get; } = Guid.NewGuid().ToString().ToUpperInvariant();

    /// <summary>Whose signature it carries.</summary>
    public string? AccessKeyId { get; set; }

    /// <summary>What is asked.</summary>
    public string? Action => Header("x-acs-action") ?? Parameters.GetValueOrDefault("Action");

    /// <summary>The version of the API, which tells the service.</summary>
    public string? Version => Header("x-acs-version") ?? Parameters.GetValueOrDefault("Version");

    /// <summary>A header, null where there is none.</summary>
    public string? Header(string name) => Http.Headers.TryGetValue(name, out var values) ? values.ToString() : null;

    /// <summary>A parameter that must be there.</summary>
    public string Required(string name) => Parameters.TryGetValue(name, out var value) && value.Length > 0
        ? value
        : throw new CloudErrorException(400, "MissingParameter", $"The parameter \"{name}\" is needed but not provided.");

    /// <summary>A number, at least 1.</summary>
    public int Number(string name, int otherwise) => !Parameters.TryGetValue(name, out var text) ? otherwise
        : int.TryParse(text, out var number) && number >= 1 ? number
        : throw new CloudErrorException(400, "InvalidParameter", $"The specified parameter \"{name}\" is not valid.");

    /// <summary>Reads one.</summary>
    public static async Task<CloudRequest> ReadAsync(HttpContext context, string? region)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var bytes = body.Length > MostBytes ? [] : body.ToArray();
        var query = context.Request.Query.ToDictionary(item => item.Key, item => item.Value.ToString(), StringComparer.Ordinal);
        var parameters = new Dictionary<string, string>(query, StringComparer.Ordinal);
        if (context.Request.HasFormContentType)
        {
            foreach (var (name, value) in Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(System.Text.Encoding.UTF8.GetString(bytes)))
            {
                parameters[name] = value.ToString();
            }
        }

        return new CloudRequest
        {
            Http = context.Request,
            Region = region,
            Query = query,
            Parameters = parameters,
            BodySha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)),
        };
    }
}
