namespace Kritis.Events.ServiceDefaults.Settings;

/// <summary>Section <c>Data</c>.</summary>
public sealed record DataOptions
{
    /// <summary>The folder of local keys, the SQLite log and generated certificates; <c>./data</c> by default, made where it is missing.</summary>
    public required string Path { get; init; }

    internal static DataOptions From(IConfiguration configuration)
    {
        var path = System.IO.Path.GetFullPath(configuration["Data:Path"] is { Length: > 0 } set ? set : "./data");
        try
        {
            _ = Directory.CreateDirectory(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SettingException("Data:Path", $"'{path}' cannot be used ({failure.Message})", "a folder this process may write to");
        }

        return new DataOptions { Path = path };
    }
}
