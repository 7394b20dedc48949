using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Keys;
using Kritis.Events.Attestations.Verification;
using Kritis.Events.Contracts.Messages;

namespace Kritis.Events.Attestations.Snapshots;

/// <summary>
/// While a verifier reads the log for the first time: which attestations are filed in the snapshot with nobody having looked at their signatures, to be
/// verified when their images are asked for. All else is verified at once.
/// </summary>
internal sealed class SignatureFiling(SnapshotRecorder recorder, UnverifiedAttestations unverified, AttestationIndex index)
{
    private readonly ForgeryWatch _watch = new();

    /// <summary>
    /// Whether an attestation can be filed at all. Not where something is filed for the same image and key: either may be forged, and must not hide the other.
    /// Safe to call from several threads.
    /// </summary>
    public bool CanTake(AttestationCreated created) =>
        recorder.IsFiling && created.Signature.Length is > 0 and <= SnapshotFormat.MostSignature && !IsHeld(created);

    /// <summary>Whether the signature of one that can be filed need not be looked at now.</summary>
    public bool LetsWait() => _watch.LetsWait();

    /// <summary>What came of one that could have been filed and was verified at once.</summary>
    public void Note(Verdict verdict)
    {
        if (verdict.IsValid)
        {
            _watch.NoteValid();
        }
        else if (verdict.FailedCheck == AttestationCheck.SignatureValid)
        {
            _watch.NoteForgery();
        }
    }

    /// <summary>Files an attestation that has passed every check but that of its signature.</summary>
    /// <returns>False where it must be verified now.</returns>
    public bool TryFile(AttestationCreated created) => recorder.TryFile(created);

    private bool IsHeld(AttestationCreated created) =>
        SignatureAlgorithmNames.TryParse(created.Algorithm, out var algorithm)
        && index.Repositories.Find(created.Image.Registry, created.Image.Repository) is { } repository
        && unverified.Holds(ImageKey.Of(repository, created.Image.Digest), new PinnedKey(created.Witness, created.KeyFingerprint, algorithm));
}
