namespace Kritis.Events.Attestations.Keys;

/// <summary>One key version of a witness.</summary>
public sealed record WitnessKey
{
    /// <summary>Which key management holds the private key: <c>local</c> or <c>alibaba</c>.</summary>
    public required string Kms { get; init; }

    /// <summary>The region of the key management, where it has regions.</summary>
    public string? Region { get; init; }

    /// <summary>The key's id or alias in its key management.</summary>
    public required string KeyId { get; init; }

    /// <summary>The key's version, where its key management has versions.</summary>
    public string? KeyVersionId { get; init; }

    /// <summary>Whether it signs and whether it is believed.</summary>
    public required KeyState State { get; init; }

    /// <summary>The pinned public key with the one algorithm it is believed with.</summary>
    public required PublicKey PublicKey { get; init; }

    /// <summary>The key's id with its version, for logs and messages.</summary>
    public string DisplayName => KeyVersionId is null ? $"{Kms}:{KeyId}" : $"{Kms}:{KeyId}/{KeyVersionId}";
}

/// <summary>What a witness's key is good for.</summary>
public enum KeyState
{
    /// <summary>Signs, and what it signed counts.</summary>
    Active,

    /// <summary>Signs no more; what it signed still counts.</summary>
    Retired,

    /// <summary>Signs no more, and nothing it ever signed counts.</summary>
    Revoked,
}
