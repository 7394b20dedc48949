using Kritis.Events.Contracts.Images;
using Microsoft.AspNetCore.Connections.Features;

namespace Kritis.Events.Verifier.Tls.Callers;

/// <summary>
/// Who may ask the webhook: everybody, or where <c>Tls:ClientCertificateAuthorityFile</c> is set, callers with a client certificate that it vouches
/// for. The handshake asks for one and takes any or none, so that probes, which have none, reach what is for them.
/// </summary>
internal sealed partial class KnownCallers(TlsOptions options, TimeProvider time, ILogger<KnownCallers> logger)
{
    private static readonly TimeSpan BetweenNotices = TimeSpan.FromMinutes(1);
    private static readonly object Verdict = new();
    private volatile ClientAuthorities? _authorities = options.ClientCertificateAuthorityFile is { Length: > 0 } file ? ClientAuthorities.Load(file) : null;
    private long _noticed = DateTime.MinValue.Ticks;

    /// <summary>Puts other authorities in force, also for connections that are open.</summary>
    public void Trust(ClientAuthorities authorities) => _authorities = authorities;

    /// <summary>What answers known callers as <paramref name="next"/> does, and all others with 403 and the reason.</summary>
    public RequestDelegate Only(RequestDelegate next) => context =>
    {
        if (_authorities is not { } authorities || ProblemWith(context, authorities) is not { } problem)
        {
            return next(context);
        }

        Notice(context, problem);
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(problem + "\n", context.RequestAborted);
    };

    /// <summary>An API server asks often on one connection: a yes is kept with the connection until the certificate ends.</summary>
    private string? ProblemWith(HttpContext context, ClientAuthorities authorities)
    {
        if (context.Connection.ClientCertificate is not { } certificate)
        {
            return "the caller showed no client certificate, which Tls:ClientCertificateAuthorityFile asks for";
        }

        var (items, now) = (context.Features.Get<IConnectionItemsFeature>()?.Items, time.GetUtcNow());
        if (items?.TryGetValue(Verdict, out var kept) == true && kept is Yes yes && yes.By == authorities && now < yes.Until)
        {
            return null;
        }

        var problem = ClientCertificateCheck.ProblemWith(certificate, authorities, options.ClientCertificateNames, now);
        if (problem is null && items is not null)
        {
            items[Verdict] = new Yes(authorities, certificate.NotAfter.ToUniversalTime());
        }

        return problem;
    }

    /// <summary>Anybody who reaches the port can cause this, so it is said once a minute at most.</summary>
    private void Notice(HttpContext context, string problem)
    {
        var (now, before) = (time.GetUtcNow().UtcTicks, Interlocked.Read(ref _noticed));
        if (now >= before + BetweenNotices.Ticks && Interlocked.CompareExchange(ref _noticed, now, before) == before)
        {
            Log.Refused(logger, context.Connection.RemoteIpAddress, Excerpt.Of(context.Connection.ClientCertificate?.Subject), problem);
        }
    }

    private sealed record Yes(ClientAuthorities By, DateTimeOffset Until);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "A caller from {Address} (client certificate {Subject}) was refused with 403: {Problem}. Told once a minute at most.")]
        public static partial void Refused(ILogger logger, System.Net.IPAddress? address, string subject, string problem);
    }
}
