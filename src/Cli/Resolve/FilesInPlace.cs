using Kritis.Events.Cli.Manifests;
using Kritis.Events.Contracts;

namespace Kritis.Events.Cli.Resolve;

/// <summary>
/// Writes manifests anew. What is new is written beside the old first, with its mode, and takes its place only when all of it is there: a full disk or a
/// folder that cannot be written leaves every file as it was. A link stays one.
/// </summary>
internal static class FilesInPlace
{
    /// <exception cref="StartRefusedException">A file cannot be written.</exception>
    public static async Task WriteAsync(IReadOnlyList<(ManifestFile File, string Text)> files, CancellationToken cancellationToken)
    {
        var prepared = new List<(string Fresh, string Target)>();
        try
        {
            foreach (var (file, text) in files.Where(changed => changed.Text != changed.File.Text))
            {
                var target = new FileInfo(file.Name).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? Path.GetFullPath(file.Name);
                var fresh = $"{target}.{Environment.ProcessId}.{prepared.Count}.tmp";
                prepared.Add((fresh, target));
                await WriteAsync(fresh, target, file.Bytes(text), cancellationToken);
            }

            foreach (var (fresh, target) in prepared)
            {
                File.Move(fresh, target, overwrite: true);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException($"the files cannot be written: {failure.Message}", failure);
        }
        finally
        {
            prepared.ForEach(one => File.Delete(one.Fresh));
        }
    }

    private static async Task WriteAsync(string fresh, string target, byte[] content, CancellationToken cancellationToken)
    {
        await File.WriteAllBytesAsync(fresh, content, cancellationToken);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(fresh, File.GetUnixFileMode(target));
        }
    }
}
