using System.Text;
using Kritis.Events.Contracts;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Cli.AlibabaCloud.SecurityCenter;

/// <summary>The two files that an import writes.</summary>
internal static class ImportedFiles
{
    /// <summary>The file of witnesses.</summary>
    public const string Witnesses = "security-center.witnesses.yaml";

    /// <summary>The file of policies.</summary>
    public const string Policies = "security-center.policies.yaml";

    private const string Head = """
        # Written by 'kritis import security-center' from Security Center, and written anew by the next one.
        # What it keeps of a person's changes: other keys of a witness and their states, aliases and RSA paddings;
        # exempt, enforcement and waitForAttestation of a policy.

        """;

    /// <summary>Whether an import may write that file.</summary>
    public static bool IsOne(string file) => file is Witnesses or Policies;

    /// <summary>The contents of a file; null for one that would be empty.</summary>
    /// <param name="documents">The documents with the notes that stand above them.</param>
    public static byte[]? Content(IEnumerable<(string? Remark, string Document)> documents)
    {
        var text = string.Join("---\n", documents.Select(entry => (entry.Remark is { } remark ? $"# {Excerpt.Of(remark)}\n" : "") + entry.Document));
        return text.Length == 0 ? null : Encoding.UTF8.GetBytes(Head + text);
    }

    /// <summary>Puts the files in place, each at once. Whoever watches the folder takes it only when it is valid as a whole.</summary>
    /// <exception cref="StartRefusedException">The folder cannot be written.</exception>
    public static async Task WriteAsync(string folder, IReadOnlyDictionary<string, byte[]?> files, CancellationToken cancellationToken)
    {
        try
        {
            _ = Directory.CreateDirectory(folder);
            foreach (var (name, content) in files)
            {
                await WriteAsync(Path.Combine(folder, name), content, cancellationToken);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException($"--output {folder} cannot be written: {failure.Message}", failure);
        }
    }

    private static async Task WriteAsync(string path, byte[]? content, CancellationToken cancellationToken)
    {
        if (content is null)
        {
            File.Delete(path);
            return;
        }

        // Files whose names start with a dot are no resources.
        var fresh = Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.{Environment.ProcessId}");
        await File.WriteAllBytesAsync(fresh, content, cancellationToken);
        File.Move(fresh, path, overwrite: true);
    }
}
