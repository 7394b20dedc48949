namespace Kritis.Events.Cli.AlibabaCloud.SecurityCenter;

/// <summary>A security policy as Security Center holds it.</summary>
internal sealed record ConsolePolicy
{
    /// <summary>The mode that asks for witnesses, the only one that is documented.</summary>
    public const string RequireAttestor = "requireAttestor";

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>A person's note.</summary>
    public string? Remark { get; init; }

    /// <summary><c>enabled</c> or <c>disabled</c>.</summary>
    public required string Status { get; init; }

    /// <summary>Where it holds.</summary>
    public required IReadOnlyList<ConsoleCluster> Clusters { get; init; }

    /// <summary>What it asks for: <see cref="RequireAttestor"/>.</summary>
    public required string Mode { get; init; }

    /// <summary>The names of the witnesses.</summary>
    public required IReadOnlyList<string> RequiredAttestors { get; init; }
}

/// <summary>Namespaces of a cluster.</summary>
/// <param name="ClusterId">The cluster's id.</param>
/// <param name="Namespaces">The namespaces' names.</param>
internal sealed record ConsoleCluster(string ClusterId, IReadOnlyList<string> Namespaces);
