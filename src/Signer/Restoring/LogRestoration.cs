using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Log;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.Signer.Registry;
using Kritis.Events.Signer.Signing;

namespace Kritis.Events.Signer.Restoring;

/// <summary>
/// Brings back to the log what it has lost and the registry still holds. Nothing is signed for it: a signature that was valid is valid. Revocations go
/// first, so that at no moment an image is admitted that was taken back.
/// </summary>
internal sealed partial class LogRestoration(
    AttachedStatementReader attached, AttestationIndex index, IndexWriter writer, IAttestationLog log, SignedAppends appends, ILogger<LogRestoration> logger)
{
    /// <summary>Looks at what is attached to <paramref name="image"/> and appends what the log lacks.</summary>
    /// <returns>How many statements were brought back.</returns>
    /// <exception cref="RegistryException">What is attached cannot be read.</exception>
    /// <exception cref="AttestationLogException">The log cannot be reached; doing it again is harmless.</exception>
    public async Task<int> RestoreAsync(ConfiguredRegistry registry, Image image, CancellationToken cancellationToken)
    {
        var missing = (await attached.ReadAsync(registry, image, cancellationToken)).MissingFrom(index);
        foreach (var revoked in missing.Revocations)
        {
            await log.AppendAsync(revoked, cancellationToken);
            _ = writer.WriteOwn(revoked);
            Log.RevocationRestored(logger, image, revoked.Witness, revoked.Reason);
        }

        var count = missing.Revocations.Count;
        foreach (var created in missing.Attestations)
        {
            count += await AppendAsync(created, cancellationToken) ? 1 : 0;
        }

        return count;
    }

    /// <summary>Only sees what would be brought back, and takes it into this process's index, as whoever looks on without changing anything needs to.</summary>
    /// <returns>How many statements the log lacks.</returns>
    /// <exception cref="RegistryException">What is attached cannot be read.</exception>
    public async Task<int> PretendAsync(ConfiguredRegistry registry, Image image, CancellationToken cancellationToken)
    {
        var missing = (await attached.ReadAsync(registry, image, cancellationToken)).MissingFrom(index);
        return missing.Revocations.Count(writer.WriteOwn) + missing.Attestations.Count(writer.WriteOwn);
    }

    private Task<bool> AppendAsync(AttestationCreated created, CancellationToken cancellationToken) => appends.AppendAsync(new SignedAppend
    {
        Id = created.Id,
        IsKnown = () => index.Find(created.Image).IsAttestedBy(created.Witness, created.KeyFingerprint),
        SignAsync = _ => Task.FromResult(created),
        Appended = (restored, _) => Log.Restored(logger, restored.Image, restored.Witness, restored.KeyId),
    }, cancellationToken);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Brought back from the registry: {Image} as {Witness} by {Key}. Nothing was signed for it.")]
        public static partial void Restored(ILogger logger, Image image, string witness, string key);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Brought back from the registry: {Witness} had revoked {Image} ({Reason}).")]
        public static partial void RevocationRestored(ILogger logger, Image image, string witness, string reason);
    }
}
