using Kritis.Events.Attestations.Keys;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts;

namespace Kritis.Events.Signer.Kms;

/// <summary>
/// Stops the service at start where a signing rule's witness could not sign what verifiers would believe: its key is missing or unusable, or is not
/// the one whose public key is pinned.
/// </summary>
internal sealed partial class WitnessKeyCheck(IResourceSource resources, KeyManagements managements, ILogger<WitnessKeyCheck> logger) : IHostedService
{
    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var current = resources.Current;
        foreach (var name in current.Rules.Select(rule => rule.Witness).Distinct().Order(StringComparer.Ordinal))
        {
            await CheckAsync(current.Witnesses[name], cancellationToken);
        }
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task CheckAsync(Witness witness, CancellationToken cancellation)
    {
        if (witness.ActiveKey is not { } key)
        {
            Log.NoActiveKey(logger, witness.Name);
            return;
        }

        try
        {
            var found = await managements.Of(key).GetPublicKeyAsync(key, cancellation);
            RefuseUnlessPinned(witness, key, found);
            Log.KeyChecked(logger, witness.Name, key.DisplayName, found.Fingerprint.ToString());
        }
        catch (KeyManagementException unreachable) when (unreachable.Transient)
        {
            Log.NotChecked(logger, witness.Name, key.DisplayName, unreachable);
        }
        catch (KeyManagementException unusable)
        {
            throw new StartRefusedException(unusable.Message, unusable);
        }
    }

    private static void RefuseUnlessPinned(Witness witness, WitnessKey key, PublicKey found)
    {
        if (found.Fingerprint != key.PublicKey.Fingerprint)
        {
            throw KeyManagementException.Permanent(
                KeyManagementCodes.KeyMismatch,
                $"The witness '{witness.Name}' pins the public key {key.PublicKey.Fingerprint}, but {key.DisplayName} has {found.Fingerprint}; "
                + "nothing it signs would be believed. Correct the witness's publicKey or its key id.");
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Witness {Witness} signs with {Key}, public key {Fingerprint}.")]
        public static partial void KeyChecked(ILogger logger, string witness, string key, string fingerprint);

        [LoggerMessage(LogLevel.Warning, "Witness {Witness} has no active key: rules that name it fail until it has one.")]
        public static partial void NoActiveKey(ILogger logger, string witness);

        [LoggerMessage(LogLevel.Warning, "The key {Key} of witness {Witness} could not be checked, its key management is away for now.")]
        public static partial void NotChecked(ILogger logger, string witness, string key, Exception reason);
    }
}
