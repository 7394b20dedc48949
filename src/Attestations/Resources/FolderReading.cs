using System.Globalization;
using System.Text;

namespace Kritis.Events.Attestations.Resources;

/// <summary>A folder of resources as it was found.</summary>
/// <param name="Folder">Its whole path.</param>
/// <param name="Fingerprint">What told its state just before it was read.</param>
/// <param name="Load">What it holds.</param>
internal sealed record FolderReading(string Folder, string Fingerprint, ResourceLoad Load)
{
    public static FolderReading Of(string folder)
    {
        var whole = Path.GetFullPath(folder);
        return new FolderReading(whole, FingerprintOf(whole), ResourceFiles.Load(whole));
    }

    /// <summary>Changes with the names, sizes and times of what would be read; or why the folder cannot be looked at.</summary>
    public static string FingerprintOf(string folder)
    {
        try
        {
            var text = new StringBuilder();
            foreach (var file in ResourceFiles.FilesOf(folder))
            {
                var target = new FileInfo(file).ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? new FileInfo(file);
                _ = text.Append(CultureInfo.InvariantCulture, $"{file}|{target.FullName}|{target.Length}|{target.LastWriteTimeUtc.Ticks}\n");
            }

            return text.ToString();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return failure.Message;
        }
    }
}
