using System.Security.Cryptography.X509Certificates;
using System.Text;
using k8s.Models;
using Kritis.Events.Verifier.Tls.Own;

namespace Kritis.Events.Verifier.Tls.Shared;

/// <summary>Makes API servers trust the verifiers' authorities, and knows since when they do.</summary>
internal sealed partial class WebhookTrust(WebhookConfiguration configuration, TimeProvider time, ILogger<WebhookTrust> logger)
{
    private readonly Dictionary<string, DateTimeOffset> _since = [];
    private readonly ToldOnce _reading = new();
    private readonly ToldOnce _writing = new();
    private V1ValidatingWebhookConfiguration? _read;

    /// <summary>Whether the API server has said what is in the webhook configuration, or that there is nothing to be seen.</summary>
    public bool IsKnown { get; private set; }

    /// <summary>The authorities that verifiers made and API servers trust.</summary>
    public IReadOnlyList<X509Certificate2> Authorities { get; private set; } = [];

    /// <summary>Whether API servers have been seen to trust an authority for a time.</summary>
    public bool IsTrusted(X509Certificate2 authority, TimeSpan atLeast) =>
        _since.TryGetValue(authority.Thumbprint, out var since) && time.GetUtcNow() - since >= atLeast;

    /// <summary>Looks at the webhook configuration.</summary>
    public async Task ObserveAsync(CancellationToken cancellationToken)
    {
        try
        {
            _read = null;
            Observe(await configuration.ReadAsync(cancellationToken));
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            // An answer of any kind says all there is to be known; no answer says nothing.
            IsKnown |= failure is k8s.Autorest.HttpOperationException;
            Tell(_reading, $"cannot be read: {ApiProblem.Of(failure)}");
        }
    }

    /// <summary>Puts the authorities into the webhook configuration that was looked at, where it does not have them.</summary>
    public async Task PutAsync(Authorities authorities, CancellationToken cancellationToken)
    {
        var bundle = Encoding.UTF8.GetBytes(authorities.Pem);
        if (_read is not { } read || configuration.BundlesOf(read).All(webhook => webhook.Bundle.AsSpan().SequenceEqual(bundle)))
        {
            _ = _writing.Is(null);
            return;
        }

        try
        {
            if (await configuration.PutAsync(read, bundle, cancellationToken) is { } changed)
            {
                Log.Put(logger, configuration.FullName);
                _ = _writing.Is(null);
                Observe(changed);
            }
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            Tell(_writing, $"cannot be changed: {ApiProblem.Of(failure)}");
        }
    }

    private void Observe(V1ValidatingWebhookConfiguration? seen)
    {
        (_read, IsKnown) = (seen, true);
        var bundles = seen is null ? [] : configuration.BundlesOf(seen);
        if (bundles.Count == 0)
        {
            _since.Clear();
            Authorities = [];
            Tell(_reading, seen is null ? "is not there" : "has no webhook that names this service and namespace");
            return;
        }

        var trusted = bundles.Select(webhook => Encoding.UTF8.GetString(webhook.Bundle)).Distinct().Select(pem => Own.Authorities.Read(pem).All).ToList();
        Note([.. trusted.Skip(1).Aggregate(trusted[0].AsEnumerable(), (all, next) => all.IntersectBy(next.Select(Thumbprint), Thumbprint))]);
        Authorities = [.. trusted.SelectMany(all => all).Where(IsOurs)];
        if (_reading.Is(null))
        {
            Log.Seen(logger, configuration.FullName);
        }
    }

    private void Note(IReadOnlyList<X509Certificate2> trusted)
    {
        foreach (var gone in _since.Keys.Except(trusted.Select(Thumbprint)).ToList())
        {
            _ = _since.Remove(gone);
        }

        foreach (var authority in trusted)
        {
            _ = _since.TryAdd(authority.Thumbprint, time.GetUtcNow());
        }
    }

    private void Tell(ToldOnce told, string problem)
    {
        if (told.Is(problem))
        {
            Log.Lost(logger, configuration.FullName, problem);
        }
    }

    private static bool IsOurs(X509Certificate2 authority) => authority.Subject.StartsWith($"CN={CertificateIssuer.AuthorityName} ", StringComparison.Ordinal);

    private static string Thumbprint(X509Certificate2 certificate) => certificate.Thumbprint;

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "API servers are told to trust the webhook's certificate: its authorities were put into {Configuration}.")]
        public static partial void Put(ILogger logger, string configuration);

        [LoggerMessage(Level = LogLevel.Information, Message = "{Configuration} can be seen and kept up to date again.")]
        public static partial void Seen(ILogger logger, string configuration);

        [LoggerMessage(Level = LogLevel.Warning,
            Message = "{Configuration} {Problem}. Until that is put right, its caBundle must be ca.crt of the certificate's Secret; it is tried again.")]
        public static partial void Lost(ILogger logger, string configuration, string problem);
    }
}
