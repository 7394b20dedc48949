using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace Kritis.Events.Signer.Intake;

/// <summary>Decides whether a request comes from a registry that knows the token. Reads the header and the query, never the body.</summary>
internal sealed class IntakeToken(IOptions<IntakeOptions> options)
{
    private readonly byte[]? _expected = options.Value.HasToken ? Hash(options.Value.Token!.Trim()) : null;

    /// <summary>Why the request is refused, fit to be sent back, or null where it is let in.</summary>
    public string? ProblemOf(HttpContext context)
    {
        if (_expected is null)
        {
            return ReachedOverLoopback(context.Connection) ? null : "this intake has no token (Intake:Token) and serves loopback addresses only";
        }

        if (!TryReadHeader(context.Request, out var fromHeader, out var problem) || !TryReadQuery(context.Request, out var fromQuery, out problem))
        {
            return problem;
        }

        if (fromHeader is null && fromQuery is null)
        {
            return "the token is missing: expected the header 'Authorization: Bearer TOKEN' or the query '?token=TOKEN'";
        }

        // All are compared, whatever the first one says, so that the time tells nothing.
        var fits = new[] { fromHeader, fromQuery }.OfType<string>().Select(Fits).ToArray();
        if (fits.All(fit => fit))
        {
            return null;
        }

        return fits.Any(fit => fit) ? "the tokens in the header and in the query differ" : "the token is not the intake's";
    }

    private static bool TryReadHeader(HttpRequest request, out string? token, out string? problem)
    {
        (token, problem) = (null, null);
        var values = request.Headers.Authorization;
        if (values.Count == 0)
        {
            return true;
        }

        if (values.Count > 1
            || !AuthenticationHeaderValue.TryParse(values[0], out var header)
            || !header.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase)
            || string.IsNullOrEmpty(header.Parameter))
        {
            problem = "the Authorization header is not one 'Bearer TOKEN'";
            return false;
        }

        token = header.Parameter;
        return true;
    }

    private static bool TryReadQuery(HttpRequest request, out string? token, out string? problem)
    {
        (token, problem) = (null, null);
        var values = request.Query["token"];
        if (values.Count > 1)
        {
            problem = "the query has more than one token";
            return false;
        }

        token = values.Count == 0 ? null : values[0];
        return true;
    }

    private bool Fits(string token) => CryptographicOperations.FixedTimeEquals(Hash(token), _expected);

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    // Without an address the request came through a socket file or an in-process server, which no network reaches.
    private static bool ReachedOverLoopback(ConnectionInfo connection) => connection.LocalIpAddress is not { } local || IPAddress.IsLoopback(local);
}
