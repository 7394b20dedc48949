namespace Kritis.Events.ServiceDefaults.Tests;

/// <summary>The working tree these tests were built from.</summary>
internal static class WorkingTree
{
    private static readonly string Root = Find();

    /// <summary>A path in it.</summary>
    public static string Path(params string[] parts) => System.IO.Path.Combine([Root, .. parts]);

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(System.IO.Path.Combine(folder.FullName, "Kritis.Events.sln")))
        {
            folder = folder.Parent!;
        }

        return folder.FullName;
    }
}
