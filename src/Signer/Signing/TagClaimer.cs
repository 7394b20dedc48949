using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Keys;
using Kritis.Events.Attestations.Payloads;
using Kritis.Events.Attestations.Verification;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.Signer.Kms;
using Kritis.Events.Signer.Registry;
using Kritis.Events.Signer.Restoring;
using Kritis.Events.Signer.Rules;

namespace Kritis.Events.Signer.Signing;

/// <summary>
/// Has witnesses sign which image a tag stands for, where the registry's tags are declared immutable. A claim is appended as the attestation it
/// belongs to once more, with the same id, so that the attestation itself never waits for it and costs no further signature.
/// </summary>
internal sealed partial class TagClaimer(
    AttestationIndex index,
    PushedTag pushedTag,
    SignedAppends appends,
    WitnessSignatures signatures,
    SigningMetrics metrics,
    ILogger<TagClaimer> logger)
{
    /// <summary>The signatures whose witness has attested the image and not yet claimed its tag.</summary>
    public IReadOnlyList<RequestedSignature> MissingFor(SigningRequest request) =>
        ClaimedTag.MissingFor(index, request.Registry, request.Image, request.Tag, request.Signatures);

    /// <summary>Why the tag cannot be claimed for the image, or null: the registry itself must name that digest for it, whatever the push said (G1).</summary>
    /// <exception cref="RegistryException">The registry cannot be asked.</exception>
    public async Task<string?> ProblemAsync(SigningRequest request, CancellationToken cancellationToken)
    {
        var problem = await pushedTag.ProblemAsync(request, cancellationToken);
        if (problem is not null)
        {
            Log.NotClaimed(logger, request.Tag!, request.Image, problem);
        }

        return problem;
    }

    /// <returns>Whether the claim was made now; false where there was one.</returns>
    /// <exception cref="KeyManagementException">The witness's key cannot sign.</exception>
    /// <exception cref="Attestations.Log.AttestationLogException">The log cannot be reached; what was signed is kept for the next try.</exception>
    public async Task<bool> ClaimAsync(SigningRequest request, RequestedSignature signature, CancellationToken cancellationToken)
    {
        if (ClaimedTag.AttestationOf(index, request.Image, signature) is not { } attestation)
        {
            return false;
        }

        var (image, tag, key) = (request.Image, request.Tag!, signature.Witness.ActiveKey!);
        var payload = TagPayload.Create(image, tag, signature.Witness.Name);
        return await appends.AppendAsync(new SignedAppend
        {
            Id = AttestationId.Of(key.PublicKey.Fingerprint, payload),
            IsKnown = () => ClaimedTag.IsClaimed(index, image, tag, attestation),
            SignAsync = async cancelled => Attestation(request, signature, key, attestation) with
            {
                TagClaim = new SignedTagClaim
                {
                    Payload = payload,
                    Signature = await signatures.SignAsync(payload, image, signature.Witness.Name, key, cancelled),
                },
            },
            Appended = (created, elapsed) => Tell(created, key, elapsed),
        }, cancellationToken);
    }

    private static AttestationCreated Attestation(SigningRequest request, RequestedSignature signature, WitnessKey key, IndexedAttestation attestation) =>
        RememberedStatements.Message(request.Image, attestation, key) with { Rule = signature.Rule, Tag = request.Tag, EventId = request.EventId };

    private void Tell(AttestationCreated created, WitnessKey key, TimeSpan elapsed)
    {
        metrics.ClaimedTag(created.Witness);
        Log.Claimed(logger, created.Tag!, created.Image, created.Witness, key.DisplayName, elapsed.TotalMilliseconds);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Claimed the tag {Tag} for {Image} as {Witness} with {Key} in {Milliseconds:0.0} ms.")]
        public static partial void Claimed(ILogger logger, string tag, Image image, string witness, string key, double milliseconds);

        [LoggerMessage(Level = LogLevel.Warning, Message = "The tag {Tag} is not claimed for {Image}: {Reason}. The digest is attested all the same.")]
        public static partial void NotClaimed(ILogger logger, string tag, Image image, string reason);
    }
}
