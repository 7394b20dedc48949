namespace Kritis.Events.Attestations.Snapshots;

/// <summary>
/// The snapshot file, version 2: the eight bytes of <see cref="Magic"/>, then blocks. A block is the length of its content (4 bytes), the content, and
/// the content's SHA-256 (32 bytes). All numbers are little-endian; a text is its length in UTF-8 bytes (2 bytes) and those bytes. The content:
/// <list type="number">
/// <item>coverage: offset (8 bytes) and message id (text) of the last record of the log that was read; restrictions known by then (8 bytes); number of
/// pinned keys (2 bytes) and each as witness, fingerprint, algorithm (texts). The file holds every attestation of the log up to there by those keys;</item>
/// <item>the repositories that this block is the first to name: their number (4 bytes), each as registry and path (texts). They are counted on from
/// block to block, from 0;</item>
/// <item>the signers that this block is the first to name: their number (2 bytes), each as witness, fingerprint, algorithm (texts), counted on likewise;</item>
/// <item>the number of attestations (4 bytes), each as repository (4 bytes), digest (32 bytes), signer (2 bytes), length of the signature (2 bytes),
/// signature. The signed payload is not kept: it follows from these. The length's highest bit says that nobody had looked at the signature when it was
/// written: it came from the log so, and may be forged.</item>
/// </list>
/// A file that ends inside a block was being written when its process ended: what stands before it counts.
/// </summary>
internal static class SnapshotFormat
{
    /// <summary>The file's first bytes; the last two are the version.</summary>
    public static ReadOnlySpan<byte> Magic => "KRITIS02"u8;

    /// <summary>A block is written before it becomes larger.</summary>
    public const int MostContent = 16 * 1024 * 1024;

    /// <summary>Content beyond which a block is written at once.</summary>
    public const int FullContent = 1024 * 1024;

    /// <summary>The longest signature, RSA-4096's. ECDSA's in DER is 72 at most.</summary>
    public const int MostSignature = 512;

    /// <summary>The bit of a signature's length that says that nobody has looked at it.</summary>
    public const int Filed = 0x8000;

    /// <summary>Of more signers and repositories than anybody has, one lookup would become slow.</summary>
    public const int MostSigners = 256;
}
