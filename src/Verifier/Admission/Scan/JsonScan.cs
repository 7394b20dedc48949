using System.Buffers.Binary;
using System.Text.Json;

namespace Kritis.Events.Verifier.Admission.Scan;

/// <summary>
/// Goes once through JSON whose bytes are UTF-8, object by object, and allocates nothing. It knows JSON as API servers write it; what is unusual it does not
/// read but says so, for <see cref="ReviewReader"/> to look at: a name that may stand twice in its object, escapes in a name other than <c>\"</c> and
/// <c>\\</c>, very many names.
/// </summary>
internal ref struct JsonScan
{
    /// <summary>The most names of all objects that are open at once.</summary>
    public const int MostNames = 256;

    private static readonly JsonReaderOptions Bounded = new() { MaxDepth = ReviewReader.MostDepth };
    private readonly Span<uint> _names;
    private Utf8JsonReader _json;
    private ReadOnlySpan<byte> _name;
    private int _known;
    private bool _isUnusual;

    /// <param name="content">The JSON.</param>
    /// <param name="names">Room for <see cref="MostNames"/> names.</param>
    public JsonScan(ReadOnlySpan<byte> content, Span<uint> names)
    {
        _json = new Utf8JsonReader(content, Bounded);
        _names = names;
    }

    public readonly bool IsObject => _json.TokenType == JsonTokenType.StartObject;

    public readonly bool IsArray => _json.TokenType == JsonTokenType.StartArray;

    public readonly bool IsTrue => _json.TokenType == JsonTokenType.True;

    /// <summary>The value's bytes, where it is a text without escapes.</summary>
    public readonly bool IsPlainText => _json is { TokenType: JsonTokenType.String, ValueIsEscaped: false };

    public readonly ReadOnlySpan<byte> Text => _json.ValueSpan;

    /// <summary>Goes to the first value, or to the next of an array.</summary>
    /// <returns>Whether there is one.</returns>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public bool Next() => _json.Read() && _json.TokenType != JsonTokenType.EndArray;

    /// <summary>At an object: what <see cref="Member"/> and <see cref="Leave"/> want to be given back.</summary>
    public readonly int Enter() => _known;

    /// <summary>Goes to the value of the object's next member.</summary>
    /// <returns>Whether there is one that is as usual; <see cref="Leave"/> tells the one from the other.</returns>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public bool Member(int entered)
    {
        if (!_json.Read() || _json.TokenType == JsonTokenType.EndObject)
        {
            return false;
        }

        _name = _json.ValueSpan;
        if (!TryKeepName(entered))
        {
            _isUnusual = true;
            return false;
        }

        return _json.Read();
    }

    /// <summary>Whether the member that was gone to last has this name.</summary>
    public readonly bool Is(ReadOnlySpan<byte> name) => _name.SequenceEqual(name);

    /// <summary>Behind the last member of an object.</summary>
    /// <returns>Whether all of it was as usual.</returns>
    public bool Leave(int entered)
    {
        _known = entered;
        return !_isUnusual;
    }

    /// <summary>Goes over the value, with all there is in it.</summary>
    /// <returns>Whether all of it was as usual.</returns>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public bool Skip()
    {
        if (IsObject)
        {
            var entered = Enter();
            while (Member(entered) && Skip())
            {
            }

            return Leave(entered);
        }

        if (IsArray)
        {
            while (Next())
            {
                if (!Skip())
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>Behind the outermost value: whether nothing follows.</summary>
    /// <exception cref="JsonException">Something does.</exception>
    public bool IsAtEnd() => !_json.Read();

    private bool TryKeepName(int entered)
    {
        var hash = HashOf(_name);
        if (_known == _names.Length || _names[entered.._known].Contains(hash) || (_json.ValueIsEscaped && !HasOneSpelling(_name)))
        {
            return false;
        }

        _names[_known++] = hash;
        return true;
    }

    /// <summary>Names that differ may have the same hash and are then looked at elsewhere; equal ones always have.</summary>
    private static uint HashOf(ReadOnlySpan<byte> name)
    {
        var mixed = (ulong)name.Length;
        for (; name.Length >= sizeof(ulong); name = name[sizeof(ulong)..])
        {
            mixed = (mixed ^ BinaryPrimitives.ReadUInt64LittleEndian(name)) * 0x9E3779B97F4A7C15;
            mixed ^= mixed >> 32;
        }

        ulong rest = 0;
        foreach (var letter in name)
        {
            rest = (rest << 8) | letter;
        }

        mixed = (mixed ^ rest) * 0xC2B2AE3D27D4EB4F;
        return (uint)(mixed >> 32);
    }

    /// <summary>Whether no other escapes would make the same name.</summary>
    private static bool HasOneSpelling(ReadOnlySpan<byte> name)
    {
        for (var at = name.IndexOf((byte)'\\'); at >= 0; at = name.IndexOf((byte)'\\'))
        {
            if (name[at + 1] is not ((byte)'"' or (byte)'\\'))
            {
                return false;
            }

            name = name[(at + 2)..];
        }

        return true;
    }
}
