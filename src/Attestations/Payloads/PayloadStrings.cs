using System.Text.Json;

namespace Kritis.Events.Attestations.Payloads;

/// <summary>The string members of a payload by their dotted path. A member that stands twice makes the payload unreadable.</summary>
internal static class PayloadStrings
{
    public static bool TryRead(ReadOnlySpan<byte> payload, out Dictionary<string, string> strings)
    {
        strings = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            var reader = new Utf8JsonReader(payload, new JsonReaderOptions { MaxDepth = 4 });
            return Read(ref reader, strings);
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    private static bool Read(ref Utf8JsonReader reader, Dictionary<string, string> strings)
    {
        var path = new Stack<string>();
        var member = "";
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    member = reader.GetString()!;
                    break;
                case JsonTokenType.StartObject:
                    path.Push(path.Count == 0 ? "" : $"{path.Peek()}{member}.");
                    break;
                case JsonTokenType.EndObject:
                    _ = path.Pop();
                    break;
                case JsonTokenType.String when path.Count > 0:
                    if (!strings.TryAdd(path.Peek() + member, reader.GetString()!))
                    {
                        return false;
                    }

                    break;
                default:
                    return false;
            }
        }

        return true;
    }
}
