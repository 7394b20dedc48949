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
    public static ResourceLoad Load(string folder)
    {
        var problems = new ProblemList();
        var reader = new ResourceReader(Path.GetFullPath(folder), problems);
        var files = FilesOf(folder, problems);
        foreach (var file in files)
        {
            if (Content(file, problems) is { } content)
            {
                reader.Read(Path.GetFileName(file), content);
            }
        }

        CrossChecks.Check(reader, problems);
        var count = reader.Registries.Count + reader.Witnesses.Count + reader.Rules.Count + reader.Policies.Count;
        if (count == 0 && problems.All.Count == 0)
        {
            problems.Add(folder, 0, "the folder holds no resource; expected at least one Registry, Witness, SigningRule or SecurityPolicy in a *.yaml file");
        }

        return new ResourceLoad(problems.All.Count > 0 ? null : Set(reader), problems.All, problems.Warnings);
    }

    /// <summary>The files that <see cref="Load"/> reads, in the order of their names.</summary>
    internal static IReadOnlyList<string> FilesOf(string folder) =>
    [
        .. Directory.EnumerateFiles(folder)
            .Where(file => Path.GetExtension(file) is ".yaml" or ".yml" && !Path.GetFileName(file).StartsWith('.'))
            .Order(StringComparer.Ordinal),
    ];

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
