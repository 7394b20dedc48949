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
    // A payload and what stands before it; an admission asks for the id of each image (admission-decision watches it).
    private const int MostOnStack = 1536;

    /// <summary>The id.</summary>
    /// <param name="keyFingerprint">The key version that signs.</param>
    /// <param name="payload">The signed bytes.</param>
    public static string Of(Digest keyFingerprint, ReadOnlySpan<byte> payload)
    {
        var fingerprint = keyFingerprint.ToString();
        var length = fingerprint.Length + payload.Length;
        Span<byte> signed = length <= MostOnStack ? stackalloc byte[length] : new byte[length];
        _ = Encoding.ASCII.GetBytes(fingerprint, signed);
        payload.CopyTo(signed[fingerprint.Length..]);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        _ = SHA256.HashData(signed, hash);
        return Convert.ToHexStringLower(hash);
    }
}
