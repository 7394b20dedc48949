using Kritis.Events.Attestations.Resources.Yaml;

namespace Kritis.Events.Attestations.Resources;

/// <summary>Reads a folder of YAML files as a whole: a set, or every reason why it is none.</summary>
public static class ResourceFiles
{
    private const int MostFiles = 1000;

    /// <summary>
    /// Reads every <c>*.yaml</c> and <c>*.yml</c> at the top of <paramref name="folder"/> (hidden files are passed over, links followed). A
    /// folder that is missing or holds no resource is invalid: nothing to enforce must never be read as nothing to refuse.
    /// </summary>
    public static ResourceLoad Load(string folder) => Load(folder, new Dictionary<string, byte[]?>());

    /// <summary>Reads the folder as it would be with other files in it.</summary>
    /// <param name="folder">The folder; it may be missing.</param>
    /// <param name="changes">The contents of files that are added or changed, by name; null for a file that is taken away.</param>
    public static ResourceLoad Load(string folder, IReadOnlyDictionary<string, byte[]?> changes)
    {
        ArgumentNullException.ThrowIfNull(changes);
        var problems = new ProblemList();
        var reader = Read(folder, changes, problems);
        CrossChecks.Check(reader, problems);
        var count = reader.Registries.Count + reader.Witnesses.Count + reader.Rules.Count + reader.Policies.Count;
        if (count == 0 && problems.All.Count == 0)
        {
            problems.Add(folder, 0, "the folder holds no resource; expected at least one Registry, Witness, SigningRule or SecurityPolicy in a *.yaml file");
        }

        return new ResourceLoad(problems.All.Count > 0 ? null : Set(reader), problems.All, problems.Warnings);
    }

    /// <summary>What the files of a folder hold, each by itself: nothing is checked across them. A missing folder holds nothing.</summary>
    public static ResourceInventory Inventory(string folder)
    {
        var problems = new ProblemList();
        var reader = Directory.Exists(folder) ? Read(folder, new Dictionary<string, byte[]?>(), problems) : new ResourceReader(folder, problems);
        return new ResourceInventory
        {
            Witnesses = [.. reader.Witnesses.Select(placed => new FoundResource<Witness>(placed.File, placed.Resource))],
            Policies = [.. reader.Policies.Select(placed => new FoundResource<SecurityPolicy>(placed.File, placed.Resource))],
            Problems = problems.All,
        };
    }

    /// <summary>The files that <see cref="Load(string)"/> reads, in the order of their names.</summary>
    internal static IReadOnlyList<string> FilesOf(string folder) =>
    [
        .. Directory.EnumerateFiles(folder)
            .Where(file => Path.GetExtension(file) is ".yaml" or ".yml" && !Path.GetFileName(file).StartsWith('.'))
            .Order(StringComparer.Ordinal),
    ];

    private static ResourceReader Read(string folder, IReadOnlyDictionary<string, byte[]?> changes, ProblemList problems)
    {
        var reader = new ResourceReader(Path.GetFullPath(folder), problems);
        var standing = changes.Count == 0 || Directory.Exists(folder) ? FilesOf(folder, problems) : [];
        foreach (var name in standing.Select(Path.GetFileName).Union(changes.Keys).Order(StringComparer.Ordinal).OfType<string>())
        {
            if ((changes.TryGetValue(name, out var changed) ? changed : Content(Path.Combine(folder, name), problems)) is { } content)
            {
                reader.Read(name, content);
            }
        }

        return reader;
    }

    private static IReadOnlyList<string> FilesOf(string folder, ProblemList problems)
    {
        try
        {
            var files = FilesOf(folder);
            if (files.Count <= MostFiles)
            {
                return files;
            }

            problems.Add(folder, 0, $"the folder holds more than {MostFiles} files");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            problems.Add(folder, 0, $"the folder cannot be read: {failure.Message}");
        }

        return [];
    }

    private static byte[]? Content(string file, ProblemList problems)
    {
        try
        {
            using var stream = File.OpenRead(file);
            var content = new byte[YamlDocuments.MostBytes + 1];
            var length = stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
            return content[..length];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            problems.Add(Path.GetFileName(file), 0, $"the file cannot be read: {failure.Message}");
            return null;
        }
    }

    private static ResourceSet Set(ResourceReader reader) => new()
    {
        Registries = [.. reader.Registries.Select(placed => placed.Resource)],
        Witnesses = reader.Witnesses.ToDictionary(placed => placed.Name, placed => placed.Resource),
        Rules = [.. reader.Rules.Select(placed => placed.Resource)],
        Policies = [.. reader.Policies.Select(placed => placed.Resource)],
    };
}
