using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kritis.Events.Contracts.Images;

/// <summary>Writes an <see cref="Image"/> as <c>registry/repository@digest</c> and refuses anything that is not one.</summary>
public sealed class ImageJsonConverter : JsonConverter<Image>
{
    /// <inheritdoc/>
    public override Image Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        return Image.TryParse(text, out var image, out var problem) ? image : throw new JsonException($"'{Excerpt.Of(text)}': {problem}");
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Image value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
