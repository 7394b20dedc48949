using System.Text.Json.Serialization;

namespace Kritis.Events.Cli.Explain;

/// <summary>What <c>kritis explain</c> found; <c>--output json</c> writes it as it is.</summary>
internal sealed record Explanation
{
    /// <summary>Whether every object would be admitted.</summary>
    public bool Admitted => Objects.All(explained => explained.Admitted);

    /// <summary>The cluster, as policies name it.</summary>
    public required string Cluster { get; init; }

    /// <summary>Where the attestations come from.</summary>
    public required string Log { get; init; }

    public required IReadOnlyList<ExplainedObject> Objects { get; init; }
}

/// <summary>What would become of one object.</summary>
internal sealed record ExplainedObject
{
    public required string File { get; init; }

    public required long Line { get; init; }

    public required string ApiVersion { get; init; }

    public required string Kind { get; init; }

    public string? Name { get; init; }

    public required string Namespace { get; init; }

    public required bool Admitted { get; init; }

    /// <summary>As the verifier counts it: <c>allowed</c>, <c>dryrun</c>, <c>breakglass</c>, <c>denied</c>, <c>unreadable</c>; or <c>not-asked</c>.</summary>
    public required string Outcome { get; init; }

    /// <summary>What the user would read behind "denied the request: ".</summary>
    public string? Message { get; init; }

    /// <summary>Why, where the images alone do not say it.</summary>
    public string? Reason { get; init; }

    /// <summary>What should be known about how this was found out.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>The policies that select the namespace.</summary>
    public required IReadOnlyList<string> Policies { get; init; }

    public required IReadOnlyList<ExplainedImage> Images { get; init; }
}

/// <summary>What was found for one image.</summary>
internal sealed record ExplainedImage
{
    /// <summary>The image exactly as it is written.</summary>
    public required string Image { get; init; }

    /// <summary><c>attested</c>, <c>not attested</c>, <c>not attested, dry run</c>, <c>not attested, glass broken</c>, <c>passes without</c> (exempt, or a placeholder) or <c>not checked</c>.</summary>
    public required string Standing { get; init; }

    public required IReadOnlyList<ExplainedFinding> Findings { get; init; }

    public required IReadOnlyList<ExplainedAttestation> Attestations { get; init; }
}

/// <summary>What one policy says of an image.</summary>
internal sealed record ExplainedFinding
{
    public required string Policy { get; init; }

    /// <summary>Whether the policy is enforced; false in dry-run.</summary>
    public required bool Enforced { get; init; }

    public required bool Holds { get; init; }

    /// <summary>Why, and what to do where it does not hold.</summary>
    public required string Text { get; init; }

    /// <summary>The ids of the attestations it rests on.</summary>
    public required IReadOnlyList<string> Attestations { get; init; }
}

/// <summary>An attestation that a decision rests on.</summary>
internal sealed record ExplainedAttestation
{
    public required string Id { get; init; }

    /// <summary>What was signed.</summary>
    public required string Image { get; init; }

    public required string Witness { get; init; }

    /// <summary>The key version in its key management, as the Witness resource names it.</summary>
    public string? Key { get; init; }

    public string? Algorithm { get; init; }

    /// <summary><c>active</c> or <c>retired</c>.</summary>
    public string? KeyState { get; init; }

    public required string KeyFingerprint { get; init; }

    /// <summary>When it was signed, as the signer says.</summary>
    public required DateTimeOffset SignedAt { get; init; }

    /// <summary>The push event that led to it; null where a person signed.</summary>
    public string? PushEvent { get; init; }

    /// <summary>The tag it was pushed under.</summary>
    public string? Tag { get; init; }
}

/// <summary><c>--output json</c>.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Explanation))]
internal sealed partial class ExplanationJson : JsonSerializerContext;
