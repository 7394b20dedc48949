using System.Net.Http.Headers;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Signer.Registry.SignIn;

namespace Kritis.Events.Cli.Verify;

/// <summary>The user name and password that a person gave for the one registry that is asked, or none.</summary>
internal sealed class RegistryPassword(AuthenticationHeaderValue? header) : IRegistrySignIn
{
    /// <inheritdoc/>
    public bool Serves(ConfiguredRegistry registry) => true;

    /// <inheritdoc/>
    public ValueTask<AuthenticationHeaderValue?> GetAsync(ConfiguredRegistry registry, CancellationToken cancellationToken) => ValueTask.FromResult(header);

    /// <inheritdoc/>
    public bool Reject(ConfiguredRegistry registry, AuthenticationHeaderValue used) => false;
}
