namespace Kritis.Events.Cli.AlibabaCloud.SecurityCenter;

/// <summary>A witness as Security Center holds it: one version of one key in one region.</summary>
internal sealed record ConsoleWitness
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>A person's note.</summary>
    public string? Remark { get; init; }

    /// <summary>The key's id in KMS.</summary>
    public required string KeyId { get; init; }

    /// <summary>The key's version.</summary>
    public required string KeyVersionId { get; init; }

    /// <summary>The key's region.</summary>
    public required string KeyRegionId { get; init; }
}
