namespace Kritis.Events.Fuzzing.Inputs;

/// <summary>The seeds that are files: recorded bodies, and every input that was a finding once.</summary>
internal static class Corpus
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Corpus");

    /// <summary>The files of a target by name; none where it has no folder.</summary>
    public static IReadOnlyList<(string Name, byte[] Bytes)> Files(string target)
    {
        var folder = Path.Combine(Folder, target);
        return Directory.Exists(folder)
            ? [.. Directory.GetFiles(folder).Order(StringComparer.Ordinal).Select(file => (Path.GetFileName(file), File.ReadAllBytes(file)))]
            : [];
    }

    /// <summary>The files of a target as seeds.</summary>
    public static IEnumerable<Seed> Seeds(string target) => Files(target).Select(file => Seed.Of(file.Bytes));
}
