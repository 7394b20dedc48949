namespace Kritis.Events.Signer.AlibabaCloud.Credentials;

/// <summary>
/// The credentials that are used: those of the first source that is configured. Temporary ones are renewed in the background while the old ones are still good, so
/// that no call waits or fails because of their end. Safe to call from several threads.
/// </summary>
internal sealed partial class CredentialChain(IEnumerable<ICredentialSource> sources, TimeProvider time, ILogger<CredentialChain> logger) : IDisposable
{
    private const string Ways = "Expected one of: AlibabaCloud:AccessKeyId with AlibabaCloud:AccessKeySecret (and AlibabaCloud:SecurityToken); the environment variables "
        + "ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET; RRSA (AlibabaCloud:RoleArn, OidcProviderArn and OidcTokenFile, or the variables that ACK sets); a RAM role of the ECS instance.";

    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(20);
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Lock _lock = new();
    private Held? _held;
    private Task? _renewal;

    /// <summary>The credentials as they are good for now.</summary>
    /// <exception cref="AlibabaCloudException">There are none.</exception>
    public ValueTask<AlibabaCredentials> GetAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (_held is not { } held || held.Credentials.ExpiresAt <= now)
        {
            return new ValueTask<AlibabaCredentials>(FetchAsync(cancellationToken));
        }

        if (held.RenewAt <= now)
        {
            RenewInBackground();
        }

        return ValueTask.FromResult(held.Credentials);
    }

    /// <summary>Makes a call with the credentials, and once more with renewed ones where those used had just expired.</summary>
    /// <exception cref="AlibabaCloudException">There are none, or the call failed.</exception>
    public async Task<T> UseAsync<T>(Func<AlibabaCredentials, Task<T>> call, CancellationToken cancellationToken)
    {
        var used = await GetAsync(cancellationToken);
        try
        {
            return await call(used);
        }
        catch (AlibabaCloudException expired) when (ErrorCodes.IsExpired(expired.Code))
        {
            Reject(used);
            var renewed = await GetAsync(cancellationToken);
            if (renewed == used)
            {
                throw;
            }

            return await call(renewed);
        }
    }

    /// <summary>Says that a service did not accept them any more: the next call gets others, where there are others.</summary>
    public void Reject(AlibabaCredentials used)
    {
        lock (_lock)
        {
            // What was got a moment ago will not be another thing a moment later.
            if (_held is { } held && held.Credentials == used && time.GetUtcNow() - held.Since > Pause)
            {
                _held = null;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private async Task<AlibabaCredentials> FetchAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            return _held is { } other && !(other.Credentials.ExpiresAt <= time.GetUtcNow())
                ? other.Credentials
                : (_held = await AskAsync(cancellationToken)).Credentials;
        }
        finally
        {
            _ = _turn.Release();
        }
    }

    private void RenewInBackground()
    {
        lock (_lock)
        {
            if (_renewal is not { IsCompleted: false })
            {
                _renewal = Task.Run(RenewAsync);
            }
        }
    }

    private async Task RenewAsync()
    {
        try
        {
            _held = await AskAsync(CancellationToken.None);
        }
        catch (AlibabaCloudException failure)
        {
            lock (_lock)
            {
                _held = _held is { } held ? held with { RenewAt = time.GetUtcNow() + Pause } : null;
            }

            Log.NotRenewed(logger, _held?.Credentials.ExpiresAt, failure.Message);
        }
    }

    private async Task<Held> AskAsync(CancellationToken cancellationToken)
    {
        var source = sources.FirstOrDefault(candidate => candidate.IsConfigured) ?? throw None("nothing is configured");
        AlibabaCredentials got;
        try
        {
            got = await source.FetchAsync(cancellationToken);
        }
        catch (AlibabaCloudException unavailable) when (source is EcsRoleCredentials)
        {
            // The last way is tried without being asked for; where it leads nowhere, nothing was configured.
            throw None(unavailable.Message, unavailable);
        }

        var now = time.GetUtcNow();
        if (got.ExpiresAt is not { } end)
        {
            Log.Got(logger, source.Name, got.AccessKeyId);
            return new Held(got, now, null);
        }

        if (end <= now)
        {
            throw None($"{source.Name} gave credentials that ended at {end:u}; this machine's clock shows {now:u}");
        }

        var life = end - now;
        Log.GotTemporary(logger, source.Name, got.AccessKeyId, end);
        return new Held(got, now, now + (life > Margin * 2 ? life - Margin : life / 2));
    }

    private static AlibabaCloudException None(string reason, Exception? inner = null) => new(
        AlibabaCloudException.NoCredentials, $"There are no credentials for Alibaba Cloud: {reason}. {Ways}", transient: false, inner: inner);

    private sealed record Held(AlibabaCredentials Credentials, DateTimeOffset Since, DateTimeOffset? RenewAt);

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Credentials for Alibaba Cloud: {Source}, access key {AccessKeyId}.")]
        public static partial void Got(ILogger logger, string source, string accessKeyId);

        [LoggerMessage(LogLevel.Information, "Credentials for Alibaba Cloud: {Source}, access key {AccessKeyId} until {End}.")]
        public static partial void GotTemporary(ILogger logger, string source, string accessKeyId, DateTimeOffset end);

        [LoggerMessage(LogLevel.Warning, "The credentials for Alibaba Cloud could not be renewed, the old ones are good until {End}: {Reason}")]
        public static partial void NotRenewed(ILogger logger, DateTimeOffset? end, string reason);
    }
}
