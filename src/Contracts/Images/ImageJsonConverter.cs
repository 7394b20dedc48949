using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kritis.Events.Contracts.Images;

/// <summary>Writes an <see cref="Image"/> as <c>registry/repository@digest</c> and refuses anything that is not one.</summary>
public sealed class ImageJsonConverter : JsonConverter<Image>
{
    private const int MostKnown = 512;

    /// <inheritdoc/>
    public override Image Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (TryReadKnown(ref reader, out var known))
        {
            return known;
        }

        var text = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        return Image.TryParse(text, out var image, out var problem) ? image : throw new JsonException($"'{Excerpt.Of(text)}': {problem}");
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Image value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());

    private static bool TryReadKnown(ref Utf8JsonReader reader, [NotNullWhen(true)] out Image? image)
    {
        image = null;
        if (reader.TokenType != JsonTokenType.String || reader.HasValueSequence || reader.ValueIsEscaped || reader.ValueSpan.Length > MostKnown)
        {
            return false;
        }

        Span<char> text = stackalloc char[reader.ValueSpan.Length];
        return Ascii.ToUtf16(reader.ValueSpan, text, out _) == OperationStatus.Done && RecentImageNames.TryParse(text, out image);
    }
}
