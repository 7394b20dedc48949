using System.Net.Http.Headers;
using System.Text;
using Kritis.Events.Attestations.Resources;

namespace Kritis.Events.Signer.Registry;

/// <summary>Reads a registry's password anew for each sign-in, so that a rotated one is taken up without a restart.</summary>
internal static class RegistryPasswords
{
    /// <exception cref="RegistryException">The password is not where the resource says.</exception>
    public static AuthenticationHeaderValue? Basic(ConfiguredRegistry registry) => registry.Credentials is { } credentials
        ? new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credentials.Username}:{Password(registry, credentials)}")))
        : null;

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
