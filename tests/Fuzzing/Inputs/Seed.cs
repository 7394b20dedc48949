using System.Text;
using System.Text.Json;

namespace Kritis.Events.Fuzzing.Inputs;

/// <summary>A whole, lawful input and where its pieces are, so that most of what is made of it stays readable.</summary>
internal sealed class Seed
{
    private readonly List<Piece> _members;
    private readonly List<Piece> _values;

    private Seed(byte[] bytes, List<Piece> pieces, string separator)
    {
        (Bytes, Pieces, Separator) = (bytes, pieces, separator);
        (_members, _values) = (pieces.FindAll(piece => piece.IsMember), pieces.FindAll(piece => !piece.IsMember));
    }

    public byte[] Bytes { get; }

    public IReadOnlyList<Piece> Pieces { get; }

    /// <summary>The members, or the values.</summary>
    public IReadOnlyList<Piece> Like(Piece piece) => piece.IsMember ? _members : _values;

    /// <summary>What stands between two members.</summary>
    public string Separator { get; }

    /// <summary>A JSON document; what is none is taken for lines of text.</summary>
    public static Seed Of(byte[] bytes)
    {
        try
        {
            return new Seed(bytes, JsonPieces(bytes), ",");
        }
        catch (JsonException)
        {
            return new Seed(bytes, TextPieces(bytes), "\n");
        }
    }

    public static Seed Of(string text) => Of(Encoding.UTF8.GetBytes(text));

    private static List<Piece> JsonPieces(byte[] bytes)
    {
        var pieces = new List<Piece>();
        var open = new Stack<(int Start, int Name)>();
        var reader = new Utf8JsonReader(bytes);
        var name = -1;
        while (reader.Read())
        {
            var (start, end) = ((int)reader.TokenStartIndex, (int)reader.BytesConsumed);
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    name = start;
                    continue;
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    open.Push((start, name));
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    var opened = open.Pop();
                    Add(pieces, opened.Start, end, opened.Name, opened.Name < 0 && open.Count > 0);
                    break;
                default:
                    Add(pieces, start, end, name, name < 0 && open.Count > 0);
                    break;
            }

            name = -1;
        }

        return pieces;
    }

    /// <summary>Lines as members, what stands behind the first <c>: </c> or <c>- </c> of each as values.</summary>
    private static List<Piece> TextPieces(byte[] bytes)
    {
        var pieces = new List<Piece>();
        for (var start = 0; start < bytes.Length;)
        {
            var length = bytes.AsSpan(start).IndexOf((byte)'\n');
            var end = length < 0 ? bytes.Length : start + length;
            var line = bytes.AsSpan(start, end - start);
            var mark = line.IndexOfAny((byte)':', (byte)'-') + 1;
            Add(pieces, mark == 0 ? start : Math.Min(start + mark + 1, end), end, start);
            start = end + 1;
        }

        return pieces;
    }

    private static void Add(List<Piece> pieces, int start, int end, int name, bool isItem = false)
    {
        pieces.Add(new Piece(start, end, IsMember: false, isItem));
        if (name >= 0)
        {
            pieces.Add(new Piece(name, end, IsMember: true));
        }
    }
}
