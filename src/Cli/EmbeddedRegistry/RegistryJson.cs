using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Kritis.Events.Cli.EmbeddedRegistry.Listing;
using Kritis.Events.Cli.EmbeddedRegistry.Manifests;
using Kritis.Events.Cli.EmbeddedRegistry.Notifications;
using Kritis.Events.Cli.EmbeddedRegistry.Routing;

namespace Kritis.Events.Cli.EmbeddedRegistry;

/// <summary>The JSON that the registry writes.</summary>
[JsonSerializable(typeof(ErrorBody))]
[JsonSerializable(typeof(TagList))]
[JsonSerializable(typeof(Catalog))]
[JsonSerializable(typeof(Descriptor))]
[JsonSerializable(typeof(ReferrersIndex))]
[JsonSerializable(typeof(Envelope))]
internal sealed partial class RegistryJson : JsonSerializerContext
{
    /// <summary>Writes <c>+json</c> as it stands. None of it is ever put into HTML.</summary>
    public static RegistryJson Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
