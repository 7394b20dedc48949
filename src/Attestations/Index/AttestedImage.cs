using System.Collections.Immutable;
using Kritis.Events.Attestations.Keys;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Attestations.Index;

/// <summary>All that the log says of one image.</summary>
/// <param name="Attestations">The verified attestations, in the order of the log.</param>
/// <param name="Revocations">The verified revocations, in the order of the log.</param>
public sealed record AttestedImage(
    ImmutableArray<IndexedAttestation> Attestations, ImmutableArray<IndexedRevocation> Revocations)
{
    /// <summary>An image the log says nothing of.</summary>
    public static AttestedImage Unknown { get; } = new([], []);

    /// <summary>Whether it holds an attestation by that witness and key, whatever the key counts for.</summary>
    /// <param name="witness">The witness's name.</param>
    /// <param name="keyFingerprint">The key version that signed.</param>
    public bool IsAttestedBy(string witness, Digest keyFingerprint)
    {
        foreach (var attestation in Attestations)
        {
            if (attestation.IsBy(witness, keyFingerprint))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>What <paramref name="witness"/> has to say for the image, as its keys are trusted now.</summary>
    public WitnessStanding StandingOf(Witness witness)
    {
        ArgumentNullException.ThrowIfNull(witness);
        foreach (var revocation in Revocations)
        {
            if (revocation.Witness == witness.Name && witness.StateOf(revocation.KeyFingerprint) is KeyState.Active or KeyState.Retired)
            {
                return new WitnessStanding(Standing.Revoked, null, revocation);
            }
        }

        var standing = new WitnessStanding(Standing.NoAttestation, null, null);
        foreach (var attestation in Attestations)
        {
            if (attestation.Witness != witness.Name)
            {
                continue;
            }

            switch (witness.StateOf(attestation.KeyFingerprint))
            {
                case KeyState.Active or KeyState.Retired:
                    return new WitnessStanding(Standing.Attested, attestation, null);
                case KeyState.Revoked:
                    standing = new WitnessStanding(Standing.KeyRevoked, attestation, null);
                    break;
                default:
                    standing = new WitnessStanding(Standing.KeyNotPinned, attestation, null);
                    break;
            }
        }

        return standing;
    }
}

/// <summary>What a witness has to say for an image.</summary>
/// <param name="Standing">Whether it counts.</param>
/// <param name="Attestation">The attestation it rests on, or the one that no longer counts.</param>
/// <param name="Revocation">The revocation that took it back.</param>
public sealed record WitnessStanding(Standing Standing, IndexedAttestation? Attestation, IndexedRevocation? Revocation);

/// <summary>Whether a witness's word for an image counts, and why not.</summary>
public enum Standing
{
    /// <summary>Signed by a key that is active or retired.</summary>
    Attested,

    /// <summary>The witness never signed it.</summary>
    NoAttestation,

    /// <summary>The witness took it back.</summary>
    Revoked,

    /// <summary>Signed only by keys whose trust has ended.</summary>
    KeyRevoked,

    /// <summary>Signed only by keys that are pinned no more.</summary>
    KeyNotPinned,
}

/// <summary>A verified revocation as the index remembers it.</summary>
/// <param name="Id">The revocation's id.</param>
/// <param name="Witness">The witness that took its attestation back.</param>
/// <param name="Reason">Why, as it was signed.</param>
/// <param name="KeyFingerprint">The key version that signed the revocation.</param>
public sealed record IndexedRevocation(string Id, string Witness, string Reason, Digest KeyFingerprint)
{
    /// <summary>When it was revoked, as the message says; it is not part of what is signed.</summary>
    public DateTimeOffset RevokedAt { get; init; }

    /// <summary>The signature itself, where the index keeps it.</summary>
    public ReadOnlyMemory<byte> Signature { get; init; }
}
