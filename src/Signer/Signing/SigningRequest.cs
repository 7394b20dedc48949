using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Signer.Rules;

namespace Kritis.Events.Signer.Signing;

/// <summary>What is to be signed, and as whom.</summary>
internal sealed record SigningRequest
{
    /// <summary>The registry that must hold the image.</summary>
    public required ConfiguredRegistry Registry { get; init; }

    /// <summary>The image, under the registry's own host.</summary>
    public required Image Image { get; init; }

    /// <summary>The signatures, one a witness.</summary>
    public required IReadOnlyList<RequestedSignature> Signatures { get; init; }

    /// <summary>The tag it was pushed under.</summary>
    public string? Tag { get; init; }

    /// <summary>The push event.</summary>
    public string? EventId { get; init; }

    /// <summary>Whether what is attached in the registry is brought back to the log first, because the log may have lost it.</summary>
    public bool LooksAtAttached { get; init; }
}

/// <summary>What came of it.</summary>
internal sealed class SigningReport
{
    private int _created;
    private int _alreadyAttested;
    private int _revoked;

    /// <summary>How often it was tried.</summary>
    public int Attempts { get; set; }

    /// <summary>The image and, for an index, its children; empty where the digest is no image.</summary>
    public IReadOnlyList<Image> Images { get; set; } = [];

    /// <summary>How many attestations were made.</summary>
    public int Created => _created;

    /// <summary>How many were there before. A second try counts what the first one made here too.</summary>
    public int AlreadyAttested => _alreadyAttested;

    /// <summary>How many were not made because the witness has taken its word back.</summary>
    public int Revoked => _revoked;

    /// <summary>How many claims of the tag were made.</summary>
    public int Claimed { get; private set; }

    /// <summary>How many statements were brought back from the registry to the log.</summary>
    public int Restored { get; set; }

    /// <summary>Why the tag was not claimed, or null.</summary>
    public string? TagProblem { get; set; }

    /// <summary>Why signatures that only the tag asked for were not made, or null where none was left out.</summary>
    public string? UnconfirmedTag { get; set; }

    /// <summary>Whether the registry has named the image's digest for the tag; it is asked until it has.</summary>
    public bool IsTagConfirmed { get; set; }

    public void CountClaim(bool isNew) => Claimed += isNew ? 1 : 0;

    public void Count(AttestationOutcome outcome) => _ = outcome switch
    {
        AttestationOutcome.Created => Interlocked.Increment(ref _created),
        AttestationOutcome.AlreadyAttested => Interlocked.Increment(ref _alreadyAttested),
        _ => Interlocked.Increment(ref _revoked),
    };
}
