namespace Kritis.Events.Signer.AlibabaCloud.Credentials;

/// <summary>The credentials that are used: those of the first source that is configured. Safe to call from several threads.</summary>
internal sealed class CredentialChain(IEnumerable<ICredentialSource> sources, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(5);
    private readonly SemaphoreSlim _turn = new(1, 1);
    private AlibabaCredentials? _current;

    /// <summary>The credentials as they are good for now.</summary>
    /// <exception cref="AlibabaCloudException">There are none.</exception>
    public async ValueTask<AlibabaCredentials> GetAsync(CancellationToken cancellationToken)
    {
        if (_current is { } known && IsFresh(known))
        {
            return known;
        }

        await _turn.WaitAsync(cancellationToken);
        try
        {
            return _current is { } other && IsFresh(other) ? other : _current = await Source().FetchAsync(cancellationToken);
        }
        finally
        {
            _ = _turn.Release();
        }
    }

    /// <summary>Says that a service did not accept them any more: the next call gets others, where there are others.</summary>
    public void Reject(AlibabaCredentials used) => _ = Interlocked.CompareExchange(ref _current, null, used);

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private bool IsFresh(AlibabaCredentials credentials) => credentials.ExpiresAt is not { } end || end - Margin > time.GetUtcNow();

    private ICredentialSource Source() => sources.FirstOrDefault(source => source.IsConfigured) ?? throw new AlibabaCloudException(
        AlibabaCloudException.NoCredentials, "No credentials for Alibaba Cloud are configured.", transient: false);
}
