namespace Kritis.Events.Signer.AlibabaCloud.Credentials;

/// <summary>One way to come by credentials.</summary>
internal interface ICredentialSource
{
    /// <summary>What it is called in logs and messages.</summary>
    string Name { get; }

    /// <summary>Whether the settings or the machine offer this way. The first source that says so is the one that is used; it is asked no network.</summary>
    bool IsConfigured { get; }

    /// <summary>Gets credentials.</summary>
    /// <exception cref="AlibabaCloudException">They cannot be had.</exception>
    Task<AlibabaCredentials> FetchAsync(CancellationToken cancellationToken);
}
