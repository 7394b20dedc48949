using System.Collections.Concurrent;

namespace Kritis.Events.AlibabaCloud.Emulator.ContainerRegistry;

/// <summary>An instance of Container Registry Enterprise Edition.</summary>
public sealed class RegistryInstance
{
    /// <summary>Its id, <c>cri-…</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its region.</summary>
    public string Region { get; init; } = "cn-hongkong";

    /// <summary>The password it gives out; null for a new one each time.</summary>
    public string? FixedPassword { get; init; }

    /// <summary>Every password given out, with its end.</summary>
    public ConcurrentQueue<(string Password, DateTimeOffset ExpiresAt)> Passwords { get; } = new();

    /// <summary>Its namespaces.</summary>
    public ConcurrentQueue<string> Namespaces { get; } = new();

    /// <summary>Its tags.</summary>
    public ConcurrentQueue<RegistryTag> Tags { get; } = new();

    /// <summary>Adds a tag with its repository and namespace.</summary>
    public void Add(string repositoryNamespace, string repository, string tag, string digest)
    {
        if (!Namespaces.Contains(repositoryNamespace))
        {
            Namespaces.Enqueue(repositoryNamespace);
        }

        Tags.Enqueue(new RegistryTag(repositoryNamespace, repository, tag, digest));
    }
}

/// <summary>A tag of a repository.</summary>
public sealed record RegistryTag(string Namespace, string Repository, string Tag, string Digest)
{
    /// <summary>The repository's id.</summary>
    public string RepositoryId => $"crr-{Namespace}-{Repository}".Replace('/', '-');
}
