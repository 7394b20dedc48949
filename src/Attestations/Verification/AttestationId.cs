using System.Security.Cryptography;
using System.Text;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Attestations.Verification;

/// <summary>
/// The id of an attestation or revocation: SHA-256 over the key's fingerprint as text and the payload, as 64 hexadecimal digits. Two
/// signers that sign the same payload with the same key version arrive at the same id, whatever their signatures look like.
/// </summary>
public static class AttestationId
{
    /// <summary>The id.</summary>
    /// <param name="keyFingerprint">The key version that signs.</param>
    /// <param name="payload">The signed bytes.</param>
    public static string Of(Digest keyFingerprint, ReadOnlySpan<byte> payload)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.ASCII.GetBytes(keyFingerprint.ToString()));
        hash.AppendData(payload);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
