using System.Globalization;

namespace Kritis.Events.Servers;

/// <summary>
/// A folder that nobody can write to while it is full: a file system of its own (tmpfs), filled to its last byte, or, where this process may not mount one,
/// a folder that is put away for that time.
/// </summary>
public sealed class LimitedFolder : IAsyncDisposable
{
    private const int MegaBytes = 16;
    private readonly ServerFolder _folder = new("limited");

    private LimitedFolder()
    {
    }

    public string Path => _folder.File("data");

    /// <summary>Whether it has a file system of its own.</summary>
    public bool IsMounted { get; private set; }

    private string Ballast => System.IO.Path.Combine(Path, "ballast");

    private string Away => _folder.File("away");

    public static async Task<LimitedFolder> CreateAsync(CancellationToken cancellationToken)
    {
        var limited = new LimitedFolder();
        _ = Directory.CreateDirectory(limited.Path);
        var size = string.Create(CultureInfo.InvariantCulture, $"size={MegaBytes}m");
        await using var mount = ChildProcess.Start("mount", "mount", ["-t", "tmpfs", "-o", size, "tmpfs", limited.Path]);
        await mount.WaitForExitAsync(cancellationToken);
        limited.IsMounted = mount.ExitCode == 0;
        return limited;
    }

    /// <summary>Leaves no byte for anybody else.</summary>
    public void Fill()
    {
        if (IsMounted)
        {
            FillFileSystem();
            return;
        }

        Directory.Move(Path, Away);
        File.WriteAllBytes(Path, []);
    }

    /// <summary>Leaves room again.</summary>
    public void Empty()
    {
        if (IsMounted)
        {
            File.Delete(Ballast);
            return;
        }

        File.Delete(Path);
        Directory.Move(Away, Path);
    }

    public async ValueTask DisposeAsync()
    {
        if (IsMounted)
        {
            _ = await ChildProcess.RunAsync("umount", ["-l", Path], CancellationToken.None);
        }

        _folder.Dispose();
    }

    private void FillFileSystem()
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
}
