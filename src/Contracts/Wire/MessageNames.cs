using Kritis.Events.Contracts.Messages;

namespace Kritis.Events.Contracts.Wire;

/// <summary>
/// The names on the bus. A message's name is its exchange and its CloudEvents <c>type</c> alike.
/// </summary>
public static class MessageNames
{
    /// <summary>Exchange of <see cref="Messages.ImagePushed"/>.</summary>
    public const string ImagePushed = "kritis.image-pushed";

    /// <summary>Exchange of <see cref="Messages.AttestationCreated"/>.</summary>
    public const string AttestationCreated = "kritis.attestation-created";

    /// <summary>Exchange of <see cref="Messages.AttestationRevoked"/>.</summary>
    public const string AttestationRevoked = "kritis.attestation-revoked";

    /// <summary>Exchange of <see cref="Messages.SigningSkipped"/>.</summary>
    public const string SigningSkipped = "kritis.signing-skipped";

    /// <summary>Exchange of <see cref="Messages.SigningFailed"/>.</summary>
    public const string SigningFailed = "kritis.signing-failed";

    /// <summary>Exchange of <see cref="Messages.AdmissionDecided"/>.</summary>
    public const string AdmissionDecided = "kritis.admission-decided";

    /// <summary>Exchange of <see cref="Messages.WorkloadViolated"/>.</summary>
    public const string WorkloadViolated = "kritis.workload-violated";

    /// <summary>The stream that keeps every attestation and revocation, in order.</summary>
    public const string AttestationLog = "kritis.attestations";

    /// <summary>
    /// The stream that keeps what can take an admission away: every revocation, and every attestation that comes with the claim of a tag (a tag
    /// that is claimed twice stands for nothing). It is small, so that a reader that keeps attestations of its own can read it whole at each start.
    /// </summary>
    public const string Restrictions = "kritis.restrictions";

    /// <summary>The exchange between <see cref="AttestationCreated"/> and <see cref="Restrictions"/> that lets pass what has the header <see cref="TagClaimHeader"/>.</summary>
    public const string TagClaims = "kritis.tag-claims";

    /// <summary>The header, <c>1</c>, of an attestation that comes with the claim of a tag.</summary>
    public const string TagClaimHeader = "kritis_tag_claim";

    /// <summary>The stream that keeps every event.</summary>
    public const string AuditTrail = "kritis.audit";

    /// <summary>The quorum queue from which the signers take pushes.</summary>
    public const string SigningQueue = "kritis.sign-pushed-image";

    /// <summary>The quorum queue that keeps the pushes that could not be signed.</summary>
    public const string SigningErrors = SigningQueue + "_error";

    /// <summary>Every exchange, by the message it carries.</summary>
    public static IReadOnlyDictionary<Type, string> ByType { get; } = new Dictionary<Type, string>
    {
        [typeof(ImagePushed)] = ImagePushed,
        [typeof(AttestationCreated)] = AttestationCreated,
        [typeof(AttestationRevoked)] = AttestationRevoked,
        [typeof(SigningSkipped)] = SigningSkipped,
        [typeof(SigningFailed)] = SigningFailed,
        [typeof(AdmissionDecided)] = AdmissionDecided,
        [typeof(WorkloadViolated)] = WorkloadViolated,
    };
}
