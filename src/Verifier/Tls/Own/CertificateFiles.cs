namespace Kritis.Events.Verifier.Tls.Own;

/// <summary>The folder in which a verifier keeps the certificates that it made for itself.</summary>
internal sealed class CertificateFiles(string folder)
{
    private const UnixFileMode ForItsOwner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode ForAll = ForItsOwner | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    public string Authority { get; } = Path.Combine(folder, CertificateStock.AuthoritiesEntry);

    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A file must not be read.</exception>
    public StockReading Read() => File.Exists(Path.Combine(folder, CertificateStock.CertificateEntry)) ? StockReading.Of(Content) : StockReading.Nothing;

    /// <exception cref="IOException">The folder cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be written.</exception>
    public void Save(CertificateStock stock)
    {
        _ = Directory.CreateDirectory(folder);
        foreach (var (name, content) in stock.Entries)
        {
            var path = Path.Combine(folder, name);
            if (content is null)
            {
                File.Delete(path);
            }
            else
            {
                Replace(path, content, name.EndsWith(".key", StringComparison.Ordinal) ? ForItsOwner : ForAll);
            }
        }
    }

    private string? Content(string entry)
    {
        var path = Path.Combine(folder, entry);
        return File.Exists(path) ? File.ReadAllText(path) : null;
    }

    /// <summary>Written beside and moved over, so that no reader sees half of it and no other mode than the one asked for ever holds.</summary>
    private static void Replace(string path, string content, UnixFileMode mode)
    {
        var beside = $"{path}.{Guid.NewGuid():n}";
        var how = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            how.UnixCreateMode = mode;
        }

        using (var file = new StreamWriter(beside, how))
        {
            file.Write(content);
        }

        File.Move(beside, path, overwrite: true);
    }
}
