using Kritis.Events.Attestations.Log;
using Kritis.Events.Attestations.Verification;
using Kritis.Events.Contracts.Messages;

namespace Kritis.Events.Attestations.Index;

/// <summary>What came of the look at a record of the log. One that holds neither kind of message could not be read.</summary>
/// <param name="Position">Where it stands.</param>
internal sealed record ExaminedRecord(LogPosition Position)
{
    public AttestationCreated? Created { get; init; }

    public AttestationRevoked? Revoked { get; init; }

    /// <summary>Whether it has passed every check but that of its signature, which nobody has looked at.</summary>
    public bool AwaitsSignature { get; init; }

    /// <summary>Whether it counts; null where its image is passed over, or there is none.</summary>
    public Verdict? Verdict { get; init; }

    /// <summary>Whether the claim of a tag that came with a valid attestation counts; null where none came.</summary>
    public Verdict? TagVerdict { get; init; }
}
