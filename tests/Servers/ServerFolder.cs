namespace Kritis.Events.Servers;

/// <summary>A folder of a server's own, deleted with it unless <c>KRITIS_KEEP=1</c>.</summary>
public sealed class ServerFolder : IDisposable
{
    private readonly DirectoryInfo _folder;

    public ServerFolder(string name) => _folder = Directory.CreateTempSubdirectory($"kritis-{name}-");

    public string Path => _folder.FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public string Write(string name, string content)
    {
        var path = File(name);
        _ = Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        System.IO.File.WriteAllText(path, content);
        return path;
    }

    public void Dispose()
    {
        if (Environment.GetEnvironmentVariable("KRITIS_KEEP") == "1")
        {
            return;
        }

        try
        {
            _folder.Delete(recursive: true);
        }
        catch (IOException)
        {
            // A process that is just ending may still write; what is left lies in the temporary folder.
        }
    }
}
