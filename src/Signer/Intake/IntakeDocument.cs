using System.Text.Json;
using System.Text.Unicode;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Signer.Intake;

/// <summary>Reads a foreign JSON document strictly: UTF-8, nothing twice, not too deep.</summary>
internal static class IntakeDocument
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 16, AllowDuplicateProperties = false };

    /// <exception cref="MalformedException">It is none.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> body)
    {
        if (!Utf8.IsValid(body.Span))
        {
            throw new MalformedException("the body is not UTF-8");
        }

        try
        {
            return JsonDocument.Parse(body, Strict);
        }
        catch (JsonException broken)
        {
            throw new MalformedException($"the body is not JSON: {Excerpt.Of(broken.Message)}");
        }
        catch (InvalidOperationException)
        {
            throw new MalformedException("the body is not JSON: a member's name is not lawful Unicode");
        }
    }
}
