namespace Kritis.Events.Signer.AlibabaCloud.Credentials;

/// <summary>What requests are signed with.</summary>
internal sealed record AlibabaCredentials
{
    /// <summary>The access key's id; no secret.</summary>
    public required string AccessKeyId { get; init; }

    /// <summary>The access key's secret.</summary>
    public required string AccessKeySecret { get; init; }

    /// <summary>The security token of temporary credentials.</summary>
    public string? SecurityToken { get; init; }

    /// <summary>When temporary credentials end, UTC.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Shows no secret.</summary>
    public override string ToString() => $"{AccessKeyId}{(ExpiresAt is { } end ? $" until {end:O}" : "")}";
}
