using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kritis.Events.Signer.Intake;

/// <summary>What a registry is told after its events were taken.</summary>
/// <param name="Accepted">How many pushes the broker confirmed.</param>
/// <param name="Ignored">How many events lead to nothing.</param>
internal sealed record IntakeAnswer(int Accepted, int Ignored);

/// <summary>The intake's JSON.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(IntakeAnswer))]
[JsonSerializable(typeof(string))]
internal sealed partial class IntakeJson : JsonSerializerContext;
