using k8s.Models;
using Kritis.Events.Verifier.Tls.Own;

namespace Kritis.Events.Verifier.Tls.Shared;

/// <summary>
/// The certificate that the verifiers of a cluster share. Every two seconds each of them looks at the Secret and at the webhook configuration,
/// does what has to be done, and shows what callers trust. Whoever is first does it; the others find it done.
/// </summary>
internal sealed partial class SharedCertificate(
    CertificateSecret secret, WebhookTrust trust, CertificateNeeds needs, CertificateInForce inForce, TimeProvider time, ILogger<SharedCertificate> logger)
    : BackgroundService
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private const int MostRaces = 5;
    private readonly ToldOnce _told = new();
    private CertificateStock? _held;
    private IssuedCertificate? _shown;

    /// <summary>Why this verifier may not be sent traffic yet; null once it shows a certificate that API servers were told to trust.</summary>
    public string? NotReady => _shown is null
        ? $"no certificate yet: {secret.FullName} {_told.Last ?? "was not read yet"}"
        : trust.IsKnown ? null : "the webhook configuration was not read yet, API servers may not trust the certificate";

    /// <summary>Looks once at everything and does what has to be done.</summary>
    internal async Task LookAsync(CancellationToken cancellationToken)
    {
        await trust.ObserveAsync(cancellationToken);
        if (await FollowAsync(cancellationToken) is not { } stock)
        {
            return;
        }

        await trust.PutAsync(stock.Authorities, cancellationToken);
        Show(stock);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                await LookAsync(stoppingToken);
            }
            catch (Exception defect) when (!stoppingToken.IsCancellationRequested)
            {
                // Whatever goes wrong here, admissions go on.
                Log.Defect(logger, secret.FullName, defect);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <returns>What the Secret holds; null where it could not be read.</returns>
    private async Task<CertificateStock?> FollowAsync(CancellationToken cancellationToken)
    {
        CertificateStock? usable = null;
        try
        {
            for (var race = 0; race < MostRaces; race++)
            {
                var (found, read) = await secret.ReadAsync(cancellationToken);
                var change = Plan(found);
                usable = change?.Problem is null ? found.Stock : null;
                if (change is null || await WriteAsync(read, change, cancellationToken))
                {
                    _ = _told.Is(null);
                    return _held = change?.Stock ?? found.Stock;
                }
            }

            Tell("is changed by others all the time");
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            Tell($"cannot be read or written: {ApiProblem.Of(failure)}");
        }

        // A certificate that can be read but not renewed is followed all the same.
        return usable is null ? null : _held = usable;
    }

    private PlannedChange? Plan(StockReading found) => CertificatePlan.For(
        found, _held, trust.Authorities, needs, authority => trust.IsTrusted(authority, needs.TrustDelay), time.GetUtcNow());

    private async Task<bool> WriteAsync(V1Secret? basedOn, PlannedChange change, CancellationToken cancellationToken)
    {
        if (!await secret.WriteAsync(basedOn, change.Stock, cancellationToken))
        {
            return false;
        }

        if (change.Problem is { } problem)
        {
            Log.Replaced(logger, secret.FullName, problem, change.Step, change.Stock.Current.Until);
        }
        else
        {
            Log.Changed(logger, secret.FullName, change.Step, (change.Stock.Next ?? change.Stock.Current).Until);
        }

        return true;
    }

    /// <summary>
    /// Shows the certificate in force: at once where nothing good is shown, otherwise once API servers have been seen to trust its authority.
    /// </summary>
    private void Show(CertificateStock stock)
    {
        var now = time.GetUtcNow();
        if (_shown?.Leaf.Thumbprint == stock.Current.Leaf.Thumbprint)
        {
            return;
        }

        if (_shown is null || _shown.Until - now <= needs.LastMoment || trust.IsTrusted(stock.Authorities.IssuerOf(stock.Current)!, needs.TrustDelay))
        {
            _shown = stock.Current;
            inForce.Show(new ServingCertificate(stock.Current.Leaf, []) { Origin = $"the certificate in {secret.FullName}" });
        }
    }

    private void Tell(string problem)
    {
        if (_told.Is(problem))
        {
            Log.Unusable(logger, secret.FullName, problem);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "{Secret} {Problem}. {Step}: its certificate is valid until {Until:u}.")]
        public static partial void Replaced(ILogger logger, string secret, string problem, CertificateStep step, DateTimeOffset until);

        [LoggerMessage(Level = LogLevel.Information, Message = "{Step}: the certificate in {Secret} that is valid until {Until:u}.")]
        public static partial void Changed(ILogger logger, string secret, CertificateStep step, DateTimeOffset until);

        [LoggerMessage(Level = LogLevel.Error, Message = "Looking at {Secret} failed because of a defect; it is tried again.")]
        public static partial void Defect(ILogger logger, string secret, Exception exception);

        [LoggerMessage(Level = LogLevel.Error, Message = "{Secret} {Problem}. It is tried again; a certificate that is shown goes on being shown.")]
        public static partial void Unusable(ILogger logger, string secret, string problem);
    }
}
