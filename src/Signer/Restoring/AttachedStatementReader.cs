using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.Signer.Registry;

namespace Kritis.Events.Signer.Restoring;

/// <summary>Reads what is attached to an image, and keeps of it what counts.</summary>
internal sealed partial class AttachedStatementReader(
    SignatureRepository attachments, BlobReader blobs, IResourceSource resources, TimeProvider time, ILogger<AttachedStatementReader> logger)
{
    /// <summary>Reads both tags.</summary>
    /// <exception cref="RegistryException">
    /// The registry cannot be asked, or what is attached as revocations cannot be read: then nothing may be signed on the strength of there being none.
    /// </exception>
    public async Task<AttachedStatements> ReadAsync(ConfiguredRegistry registry, Image image, CancellationToken cancellationToken)
    {
        var judge = new StatementJudge(resources.Current, image, time.GetUtcNow());
        return new AttachedStatements
        {
            Revocations = await RevocationsAsync(judge, registry, image, cancellationToken),
            Attestations = await AttestationsAsync(judge, registry, image, cancellationToken),
        };
    }

    private async Task<IReadOnlyList<AttestationRevoked>> RevocationsAsync(
        StatementJudge judge, ConfiguredRegistry registry, Image image, CancellationToken cancellationToken)
    {
        var found = new List<AttestationRevoked>();
        var (manifest, _) = await attachments.ReadAsync(registry, image, AttachmentTag.Revocations, cancellationToken);
        foreach (var layer in manifest.Layers.Where(layer => layer.MediaType == MediaTypes.Revocation))
        {
            if (!Digest.TryParse(layer.Digest, out var digest))
            {
                Log.RevocationDoesNotCount(logger, image, "it names no payload by a digest");
                continue;
            }

            var payload = await blobs.ReadAsync(registry, image.Repository, digest, cancellationToken);
            if (judge.Revocation(layer, payload, out var problem) is { } revoked)
            {
                found.Add(revoked);
            }
            else
            {
                Log.RevocationDoesNotCount(logger, image, problem!);
            }
        }

        return found;
    }

    private async Task<IReadOnlyList<AttestationCreated>> AttestationsAsync(
        StatementJudge judge, ConfiguredRegistry registry, Image image, CancellationToken cancellationToken)
    {
        var found = new List<AttestationCreated>();
        foreach (var layer in await SignatureLayersAsync(registry, image, cancellationToken))
        {
            if (judge.Attestation(layer, out var problem) is { } created)
            {
                found.Add(created);
            }
            else
            {
                Log.DoesNotCount(logger, image, problem!);
            }
        }

        return found;
    }

    private async Task<IReadOnlyList<AttachedLayer>> SignatureLayersAsync(ConfiguredRegistry registry, Image image, CancellationToken cancellationToken)
    {
        try
        {
            return (await attachments.ReadAsync(registry, image, AttachmentTag.Signatures, cancellationToken)).Manifest.Layers;
        }
        catch (RegistryException foreign) when (foreign.Code is RegistryException.AnswerUnreadable or RegistryException.AnswerTooLarge)
        {
            // No signature is lost with it that could not be made again.
            Log.DoesNotCount(logger, image, foreign.Message);
            return [];
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "A signature attached to {Image} does not count: {Reason}.")]
        public static partial void DoesNotCount(ILogger logger, Image image, string reason);

        [LoggerMessage(Level = LogLevel.Warning, Message = "A revocation attached to {Image} does not count: {Reason}.")]
        public static partial void RevocationDoesNotCount(ILogger logger, Image image, string reason);
    }
}
