namespace Kritis.Events.Servers;

/// <summary>The working tree that the tests were built from.</summary>
public static class WorkingTree
{
    private static readonly string Root = Find();

    /// <summary>A path in it.</summary>
    public static string Path(params string[] parts) => System.IO.Path.Combine([Root, .. parts]);

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(System.IO.Path.Combine(folder.FullName, "Kritis.Events.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests do not run from within the working tree.");
        }

        return folder.FullName;
    }
}
