using System.Globalization;

namespace Kritis.Events.Servers;

/// <summary>A folder with a file system of its own (tmpfs) that can be filled to its last byte. Needs the right to mount.</summary>
public sealed class LimitedFolder : IAsyncDisposable
{
    private const int MegaBytes = 16;
    private readonly ServerFolder _folder = new("limited");

    private LimitedFolder()
    {
    }

    public string Path => _folder.File("data");

    private string Ballast => System.IO.Path.Combine(Path, "ballast");

    public static async Task<LimitedFolder> CreateAsync(CancellationToken cancellationToken)
    {
        var limited = new LimitedFolder();
        _ = Directory.CreateDirectory(limited.Path);
        var size = string.Create(CultureInfo.InvariantCulture, $"size={MegaBytes}m");
        _ = await ChildProcess.RunAsync("mount", ["-t", "tmpfs", "-o", size, "tmpfs", limited.Path], cancellationToken);
        return limited;
    }

    /// <summary>Leaves no byte for anybody else.</summary>
    public void Fill()
    {
        using var file = new FileStream(Ballast, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        var chunk = new byte[4096];
        try
        {
            for (var written = 0; written < MegaBytes * 1024 * 1024; written += chunk.Length)
            {
                file.Write(chunk);
            }
        }
        catch (IOException)
        {
            // Full, as it should be.
        }
    }

    public void Empty() => File.Delete(Ballast);

    public async ValueTask DisposeAsync()
    {
        _ = await ChildProcess.RunAsync("umount", ["-l", Path], CancellationToken.None);
        _folder.Dispose();
    }
}
