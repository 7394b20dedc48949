using System.Text.Json.Nodes;

namespace Kritis.Events.Cli.Explain;

/// <summary>An object of a manifest, as it would be sent to an API server.</summary>
internal sealed record ManifestObject
{
    public required string File { get; init; }

    /// <summary>The line it begins at, from 1.</summary>
    public required long Line { get; init; }

    public required string ApiVersion { get; init; }

    public required string Kind { get; init; }

    public string? Name { get; init; }

    public string? Namespace { get; init; }

    public required JsonObject Content { get; init; }

    /// <summary>The group of <see cref="ApiVersion"/>; empty for the core group.</summary>
    public string Group => ApiVersion.Contains('/', StringComparison.Ordinal) ? ApiVersion[..ApiVersion.IndexOf('/', StringComparison.Ordinal)] : "";

    public string Version => ApiVersion[(ApiVersion.IndexOf('/', StringComparison.Ordinal) + 1)..];
}
