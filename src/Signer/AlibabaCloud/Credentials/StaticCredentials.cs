using Microsoft.Extensions.Options;

namespace Kritis.Events.Signer.AlibabaCloud.Credentials;

/// <summary>An access key from the settings, lasting or temporary (with a security token).</summary>
internal sealed class StaticCredentials(IOptions<AlibabaCloudOptions> options) : ICredentialSource
{
    /// <inheritdoc/>
    public string Name => options.Value.SecurityToken is null ? "access key from the settings" : "security token from the settings";

    /// <inheritdoc/>
    public bool IsConfigured => !string.IsNullOrWhiteSpace(options.Value.AccessKeyId) && !string.IsNullOrWhiteSpace(options.Value.AccessKeySecret);

    /// <inheritdoc/>
    public Task<AlibabaCredentials> FetchAsync(CancellationToken cancellationToken) => Task.FromResult(new AlibabaCredentials
    {
        AccessKeyId = options.Value.AccessKeyId!.Trim(),
        AccessKeySecret = options.Value.AccessKeySecret!.Trim(),
        SecurityToken = string.IsNullOrWhiteSpace(options.Value.SecurityToken) ? null : options.Value.SecurityToken.Trim(),
    });
}
