namespace Kritis.Events.Signer.AlibabaCloud.Credentials;

/// <summary>Reads the variables of credentials.</summary>
internal static class CredentialVariables
{
    public static bool Has(this IConfiguration configuration, string name) => !string.IsNullOrWhiteSpace(configuration[name]);

    /// <summary>A variable that another one makes necessary.</summary>
    /// <exception cref="AlibabaCloudException">It is not set.</exception>
    public static string Needed(this IConfiguration configuration, string name, string other) => configuration.Has(name)
        ? configuration[name]!.Trim()
        : throw Incomplete($"{other} is set, but {name} is not");

    public static AlibabaCloudException Incomplete(string what) =>
        new(AlibabaCloudException.NoCredentials, $"The credentials for Alibaba Cloud are incomplete: {what}.", transient: false);
}
