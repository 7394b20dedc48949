using System.Formats.Asn1;
using System.Numerics;

namespace Kritis.Events.Signer.Kms.Alibaba;

/// <summary>
/// ECDSA signatures come in two encodings: a DER sequence of r and s (RFC 3279, section 2.2.3), and r and s side by side with 32 bytes each
/// (IEEE P1363). KMS documents neither, so both are taken; from here on there is only DER.
/// </summary>
internal static class EcdsaSignature
{
    private const int FieldBytes = 32;

    /// <summary>The signature as DER.</summary>
    /// <exception cref="FormatException">It is neither.</exception>
    public static ReadOnlyMemory<byte> ToDer(ReadOnlyMemory<byte> signature)
    {
        if (IsDer(signature))
        {
            return signature;
        }

        if (signature.Length != 2 * FieldBytes)
        {
            throw new FormatException($"an ECDSA signature of {signature.Length} bytes is neither DER nor twice {FieldBytes} bytes");
        }

        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(Number(signature.Span[..FieldBytes]));
            writer.WriteInteger(Number(signature.Span[FieldBytes..]));
        }

        return writer.Encode();
    }

    private static bool IsDer(ReadOnlyMemory<byte> signature)
    {
        try
        {
            var reader = new AsnReader(signature, AsnEncodingRules.DER);
            var sequence = reader.ReadSequence();
            _ = sequence.ReadIntegerBytes();
            _ = sequence.ReadIntegerBytes();
            sequence.ThrowIfNotEmpty();
            reader.ThrowIfNotEmpty();
            return true;
        }
        catch (AsnContentException)
        {
            return false;
        }
    }

    private static BigInteger Number(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true, isBigEndian: true);
}
