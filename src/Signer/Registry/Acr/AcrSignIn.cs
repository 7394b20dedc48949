using System.Collections.Concurrent;
using System.Net.Http.Headers;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Signer.Registry.SignIn;

namespace Kritis.Events.Signer.Registry.Acr;

/// <summary>
/// Signs in to instances of Container Registry with passwords that Alibaba Cloud gives for a while. Each is renewed before it ends; while that fails, the
/// old one serves as long as it is good. Safe to call from several threads.
/// </summary>
internal sealed partial class AcrSignIn(ContainerRegistry instances, TimeProvider time, ILogger<AcrSignIn> logger) : IRegistrySignIn
{
    private static readonly TimeSpan RenewBefore = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(10);
    private readonly ConcurrentDictionary<(string Region, string InstanceId), Held> _held = new();

    /// <inheritdoc/>
    public bool Serves(ConfiguredRegistry registry) => registry.Acr is not null;

    /// <inheritdoc/>
    public async ValueTask<AuthenticationHeaderValue?> GetAsync(ConfiguredRegistry registry, CancellationToken cancellationToken)
    {
        var held = _held.GetOrAdd(Key(registry), _ => new Held());
        if (held.Current is { } current && time.GetUtcNow() < current.RenewAt)
        {
            return current.Header;
        }

        await held.Turn.WaitAsync(cancellationToken);
        try
        {
            if (held.Current is not { } stale || time.GetUtcNow() >= stale.RenewAt)
            {
                held.Current = await RenewAsync(registry, held.Current, cancellationToken);
            }

            return held.Current!.Header;
        }
        finally
        {
            _ = held.Turn.Release();
        }
    }

    /// <inheritdoc/>
    public bool Reject(ConfiguredRegistry registry, AuthenticationHeaderValue used)
    {
        if (!_held.TryGetValue(Key(registry), out var held) || held.Current is not { } current || time.GetUtcNow() - current.Since < RetryPause)
        {
            // A password that is refused right after it was given is no matter of age.
            return false;
        }

        if (current.Header.Equals(used))
        {
            held.Current = null;
        }

        return true;
    }

    private static (string Region, string InstanceId) Key(ConfiguredRegistry registry) => (registry.Acr!.Region, registry.Acr.InstanceId);

    private async Task<Password> RenewAsync(ConfiguredRegistry registry, Password? old, CancellationToken cancellationToken)
    {
        try
        {
            var given = await instances.GetPasswordAsync(registry, cancellationToken);
            var now = time.GetUtcNow();
            var life = given.ExpiresAt - now;
            return new Password(
                ConfiguredSignIn.Basic(given.Username, given.Password), now, now + (life > RenewBefore * 2 ? life - RenewBefore : life / 2), given.ExpiresAt);
        }
        catch (RegistryException failure) when (old is not null && time.GetUtcNow() < old.ExpiresAt)
        {
            Log.NotRenewed(logger, registry.Name, old.ExpiresAt, failure);
            var pause = time.GetUtcNow() + RetryPause;
            return old with { RenewAt = pause < old.ExpiresAt ? pause : old.ExpiresAt };
        }
    }

    private sealed record Password(AuthenticationHeaderValue Header, DateTimeOffset Since, DateTimeOffset RenewAt, DateTimeOffset ExpiresAt);

    private sealed class Held
    {
        public SemaphoreSlim Turn { get; } = new(1, 1);

        public Password? Current { get; set; }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The password of registry {Registry} could not be renewed; the old one is good until {End}.")]
        public static partial void NotRenewed(ILogger logger, string registry, DateTimeOffset end, Exception reason);
    }
}
