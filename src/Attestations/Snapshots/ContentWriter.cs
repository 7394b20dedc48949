using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Keys;

namespace Kritis.Events.Attestations.Snapshots;

/// <summary>Writes what <see cref="ContentReader"/> reads.</summary>
internal sealed class ContentWriter
{
    private readonly ArrayBufferWriter<byte> _content = new();

    public int Length => _content.WrittenCount;

    public ReadOnlySpan<byte> Written => _content.WrittenSpan;

    public void Clear() => _content.ResetWrittenCount();

    public void Bytes(ReadOnlySpan<byte> bytes) => _content.Write(bytes);

    public void Int64(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_content.GetSpan(sizeof(long)), value);
        _content.Advance(sizeof(long));
    }

    public void Int32(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_content.GetSpan(sizeof(int)), value);
        _content.Advance(sizeof(int));
    }

    public void UInt16(int value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_content.GetSpan(sizeof(ushort)), checked((ushort)value));
        _content.Advance(sizeof(ushort));
    }

    public void Text(string text)
    {
        UInt16(Encoding.UTF8.GetByteCount(text));
        _ = Encoding.UTF8.GetBytes(text, _content);
    }

    public void Signer(PinnedKey signer)
    {
        Text(signer.Witness);
        Text(signer.Fingerprint.ToString());
        Text(signer.Algorithm.Name());
    }
}
