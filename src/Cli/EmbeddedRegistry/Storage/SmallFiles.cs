namespace Kritis.Events.Cli.EmbeddedRegistry.Storage;

/// <summary>Files that are written whole or not at all, whatever happens meanwhile.</summary>
internal sealed class SmallFiles(RegistryFolder folder)
{
    /// <summary>Writes a file, or replaces it in one step; on return it is on the disk.</summary>
    public void Write(string path, ReadOnlySpan<byte> content)
    {
        var temporary = folder.NewTemporaryFile();
        using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>The file's text, or null where there is no such file.</summary>
    public static string? ReadText(string path) => Read(path) is { } bytes ? System.Text.Encoding.UTF8.GetString(bytes) : null;

    /// <summary>The file's bytes, or null where there is no such file.</summary>
    public static byte[]? Read(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Removes a file.</summary>
    /// <returns>Whether there was one.</returns>
    public static bool Remove(string path)
    {
        if (!File.Exists(path))
        {
            return false;
        }

        File.Delete(path);
        return true;
    }

    /// <summary>The names of the files in a folder, sorted by code units; none where there is no such folder.</summary>
    public static List<string> Names(string folderPath)
    {
        var folder = new DirectoryInfo(folderPath);
        var names = folder.Exists ? folder.EnumerateFiles().Select(file => file.Name).ToList() : [];
        names.Sort(StringComparer.Ordinal);
        return names;
    }
}
