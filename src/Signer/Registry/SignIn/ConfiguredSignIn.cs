using System.Net.Http.Headers;
using System.Text;
using Kritis.Events.Attestations.Resources;

namespace Kritis.Events.Signer.Registry.SignIn;

/// <summary>Reads the password that the resource names, anew for each sign-in, so that a rotated one is taken up without a restart.</summary>
internal sealed class ConfiguredSignIn : IRegistrySignIn
{
    /// <inheritdoc/>
    public bool Serves(ConfiguredRegistry registry) => registry.Acr is null;

    /// <inheritdoc/>
    public ValueTask<AuthenticationHeaderValue?> GetAsync(ConfiguredRegistry registry, CancellationToken cancellationToken) =>
        ValueTask.FromResult(registry.Credentials is { } credentials ? Basic(credentials.Username, Password(registry, credentials)) : null);

    /// <inheritdoc/>
    public bool Reject(ConfiguredRegistry registry, AuthenticationHeaderValue used) => false;

    /// <summary>HTTP Basic (RFC 7617) in UTF-8.</summary>
    public static AuthenticationHeaderValue Basic(string username, string password) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{username}:{password}")));

    private static string Password(ConfiguredRegistry registry, RegistryCredentials credentials)
    {
        if (credentials.PasswordEnvironmentVariable is { } variable)
        {
            return Environment.GetEnvironmentVariable(variable) is { Length: > 0 } set
                ? set
                : throw Missing(registry, $"the environment variable {variable} is not set");
        }

        try
        {
            return File.ReadAllText(credentials.PasswordFile!).TrimEnd();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Missing(registry, failure.Message, failure);
        }
    }

    private static RegistryException Missing(ConfiguredRegistry registry, string reason, Exception? inner = null) => new(
        RegistryException.Unauthorized, $"the password of registry '{registry.Name}' cannot be read: {reason}", transient: false, inner);
}
