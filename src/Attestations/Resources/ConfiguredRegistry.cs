namespace Kritis.Events.Attestations.Resources;

/// <summary>A <c>Registry</c> resource: a registry whose images are signed or admitted.</summary>
public sealed record ConfiguredRegistry
{
    /// <summary>The resource's name.</summary>
    public required string Name { get; init; }

    /// <summary>The host, with its port where it has one, under which images are signed. Lower case.</summary>
    public required string Host { get; init; }

    /// <summary>Other hosts that serve the same content. Lower case.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>
    /// Where its HTTP API is reached: <c>https://host</c> unless the resource says otherwise; plain <c>http</c> only for a loopback address.
    /// </summary>
    public required Uri Url { get; init; }

    /// <summary>How the signer signs in, or null for a registry that asks for nothing.</summary>
    public RegistryCredentials? Credentials { get; init; }

    /// <summary>
    /// Hosts, with their port where they have one, that may hand out bearer tokens for this registry besides itself.
    /// Credentials are sent nowhere else.
    /// </summary>
    public IReadOnlyList<string> TokenRealms { get; init; } = [];

    /// <summary>Patterns of repositories whose tags the registry lets nobody move; only there may a policy allow tags.</summary>
    public IReadOnlyList<string> ImmutableTags { get; init; } = [];

    /// <summary>The instance of Alibaba Cloud Container Registry that it is, or null for any other registry.</summary>
    public AcrInstance? Acr { get; init; }

    /// <summary>Whether it lets nobody move a tag of <paramref name="repository"/>.</summary>
    public bool HasImmutableTags(string repository) => ImmutableTags.Any(pattern => GlobPattern.Parse(pattern).IsMatch(repository));
}

/// <summary>An instance of Container Registry (ACR) Enterprise Edition: what its events name instead of a host.</summary>
public sealed record AcrInstance
{
    /// <summary>The instance's id, for example <c>cri-q3hfjbvmdxxxxxxx</c>.</summary>
    public required string InstanceId { get; init; }

    /// <summary>The region it is in, for example <c>cn-hongkong</c>.</summary>
    public required string Region { get; init; }

    /// <summary>Patterns of the namespaces whose events count. Default: all.</summary>
    public IReadOnlyList<string> Namespaces { get; init; } = ["*"];
}

/// <summary>Where a registry's user name and password are found; the password itself never stands in a resource.</summary>
public sealed record RegistryCredentials
{
    /// <summary>The user name.</summary>
    public required string Username { get; init; }

    /// <summary>The file that holds the password; white space at its end is ignored. It is read again for every sign-in.</summary>
    public string? PasswordFile { get; init; }

    /// <summary>The environment variable that holds the password.</summary>
    public string? PasswordEnvironmentVariable { get; init; }
}
