namespace Kritis.Events.Attestations.Resources;

/// <summary>The witnesses and policies of a folder, each with its file, whether or not they are valid together.</summary>
public sealed record ResourceInventory
{
    /// <summary>The witnesses that could be read.</summary>
    public required IReadOnlyList<FoundResource<Witness>> Witnesses { get; init; }

    /// <summary>The policies that could be read.</summary>
    public required IReadOnlyList<FoundResource<SecurityPolicy>> Policies { get; init; }

    /// <summary>What could not be read.</summary>
    public required IReadOnlyList<ResourceProblem> Problems { get; init; }
}

/// <summary>A resource and its file.</summary>
/// <param name="File">The file's name, relative to the folder.</param>
/// <param name="Resource">The resource.</param>
public sealed record FoundResource<T>(string File, T Resource);
