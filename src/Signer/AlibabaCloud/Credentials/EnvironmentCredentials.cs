namespace Kritis.Events.Signer.AlibabaCloud.Credentials;

/// <summary>
/// An access key from the environment variables that Alibaba Cloud's own tools read: <c>ALIBABA_CLOUD_ACCESS_KEY_ID</c>, <c>ALIBABA_CLOUD_ACCESS_KEY_SECRET</c>
/// and, for a temporary one, <c>ALIBABA_CLOUD_SECURITY_TOKEN</c>.
/// </summary>
internal sealed class EnvironmentCredentials(IConfiguration configuration) : ICredentialSource
{
    private const string Id = "ALIBABA_CLOUD_ACCESS_KEY_ID";
    private const string Secret = "ALIBABA_CLOUD_ACCESS_KEY_SECRET";
    private const string Token = "ALIBABA_CLOUD_SECURITY_TOKEN";

    /// <inheritdoc/>
    public string Name => $"environment ({Id})";

    /// <inheritdoc/>
    public bool IsConfigured => configuration.Has(Id) || configuration.Has(Secret);

    /// <inheritdoc/>
    public Task<AlibabaCredentials> FetchAsync(CancellationToken cancellationToken) => Task.FromResult(new AlibabaCredentials
    {
        AccessKeyId = configuration.Needed(Id, Secret),
        AccessKeySecret = configuration.Needed(Secret, Id),
        SecurityToken = configuration.Has(Token) ? configuration[Token]!.Trim() : null,
    });
}
