using Kritis.Events.Attestations.Index;
using Kritis.Events.Contracts.Messages;

namespace Kritis.Events.Signer.Restoring;

/// <summary>What stands signed beside an image in its registry, each of it verified against a pinned key.</summary>
internal sealed record AttachedStatements
{
    /// <summary>The revocations.</summary>
    public required IReadOnlyList<AttestationRevoked> Revocations { get; init; }

    /// <summary>The attestations by keys that are active or retired.</summary>
    public required IReadOnlyList<AttestationCreated> Attestations { get; init; }

    public bool IsEmpty => Revocations.Count == 0 && Attestations.Count == 0;

    /// <summary>Those of them that the log, as far as it was read, does not hold.</summary>
    public AttachedStatements MissingFrom(AttestationIndex index) => new()
    {
        Revocations = [.. Revocations.Where(revoked => index.Find(revoked.Image).Revocations.All(known => known.Id != revoked.Id))],
        Attestations = [.. Attestations.Where(created => !index.Find(created.Image).IsAttestedBy(created.Witness, created.KeyFingerprint))],
    };
}
