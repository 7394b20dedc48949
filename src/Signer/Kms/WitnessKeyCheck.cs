using Kritis.Events.Attestations.Keys;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts;

namespace Kritis.Events.Signer.Kms;

/// <summary>
/// Stops the service at start where a signing rule's witness could not sign what verifiers would believe: its key is missing or unusable, or is not
/// the one whose public key is pinned. Where the resources are read later than the service starts, it only says so.
/// </summary>
internal sealed partial class WitnessKeyCheck(IResourceSource resources, KeyManagements managements, ILogger<WitnessKeyCheck> logger) : BackgroundService
{
    private readonly bool _atStart = resources.FirstRead.IsCompleted;

    /// <inheritdoc/>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_atStart)
        {
            await CheckAsync(cancellationToken);
        }

        await base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_atStart)
        {
            return;
        }

        await resources.FirstRead.WaitAsync(stoppingToken);
        try
        {
            await CheckAsync(stoppingToken);
        }
        catch (StartRefusedException unusable)
        {
            // The cluster's objects come when they come; the service cannot be stopped for one of them.
            Log.Unusable(logger, unusable.Message);
        }
    }

    private async Task CheckAsync(CancellationToken cancellationToken)
    {
        var current = resources.Current;
        foreach (var name in current.Rules.Select(rule => rule.Witness).Distinct().Order(StringComparer.Ordinal))
        {
            await CheckAsync(current.Witnesses[name], cancellationToken);
        }
    }

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

        [LoggerMessage(LogLevel.Error, "{Problem} Pushes that this witness must sign fail until it is put right.")]
        public static partial void Unusable(ILogger logger, string problem);

        [LoggerMessage(LogLevel.Warning, "Witness {Witness} has no active key: rules that name it fail until it has one.")]
        public static partial void NoActiveKey(ILogger logger, string witness);

        [LoggerMessage(LogLevel.Warning, "The key {Key} of witness {Witness} could not be checked, its key management is away for now.")]
        public static partial void NotChecked(ILogger logger, string witness, string key, Exception reason);
    }
}
