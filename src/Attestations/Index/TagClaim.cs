using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Attestations.Index;

/// <summary>A witness's verified word that a tag stands for a digest.</summary>
/// <param name="Digest">The digest.</param>
/// <param name="Witness">The witness, as the signed payload names it.</param>
/// <param name="KeyFingerprint">The key version that signed the claim and the attestation it came with.</param>
public sealed record TagClaim(Digest Digest, string Witness, Digest KeyFingerprint);
