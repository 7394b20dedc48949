using System.Text.Json;
using System.Text.Json.Serialization;
using Kritis.Events.Contracts.Messages;

namespace Kritis.Events.Contracts.Wire;

/// <summary>
/// Bodies on the bus: camelCase members, RFC 3339 times, base64 bytes, absent instead of null. Members that are not known are
/// passed over, because contracts only ever gain optional ones; a member that stands twice is refused.
/// </summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    PropertyNameCaseInsensitive = false,
    NumberHandling = JsonNumberHandling.Strict,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(ImagePushed))]
[JsonSerializable(typeof(AttestationCreated))]
[JsonSerializable(typeof(AttestationRevoked))]
[JsonSerializable(typeof(SigningSkipped))]
[JsonSerializable(typeof(SigningFailed))]
[JsonSerializable(typeof(AdmissionDecided))]
[JsonSerializable(typeof(WorkloadViolated))]
public sealed partial class WireJson : JsonSerializerContext;
