using System.Runtime.InteropServices;
using Kritis.Events.Benchmarks.Running;
using Kritis.Events.Servers;

namespace Kritis.Events.Benchmarks.Forms;

/// <summary>A copy of the sources that services are published from, so that nothing changes where they were built.</summary>
internal sealed class PublishedSources : IDisposable
{
    private readonly ServerFolder _folder = new("published");

    public PublishedSources()
    {
        foreach (var file in new[] { ".editorconfig", "global.json", "Directory.Build.props", "Directory.Packages.props", "src", "tests/Directory.Build.props", "tests/EmptyService" })
        {
            Copy(Path.Combine(BuiltService.Root, file), Sources(file));
        }
    }

    /// <summary>Publishes a project.</summary>
    /// <returns>What to start.</returns>
    /// <exception cref="InvalidOperationException">It could not be published; the message holds why.</exception>
    public async Task<string> PublishAsync(string project, PublishedForm form, CancellationToken cancellationToken)
    {
        var target = FolderOf(project, form);
        _ = await ChildProcess.RunAsync(
            "dotnet",
            [
                "publish", Sources(project == "EmptyService" ? $"tests/{project}" : $"src/{project}"), "--configuration", "Release", "--nologo", "--verbosity", "quiet",
                "--arch", RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "x64", "--self-contained", form.HasRuntime ? "true" : "false",
                // What trimming says of the packages is seen when the service runs.
                "-p:TreatWarningsAsErrors=false", "-p:SuppressTrimAnalysisWarnings=true", "--output", target, .. form.Arguments,
            ],
            cancellationToken,
            new Dictionary<string, string> { ["MSBUILDDISABLENODEREUSE"] = "1", ["UseSharedCompilation"] = "false" });
        return Path.Combine(target, $"Kritis.Events.{project}" + (form.HasRuntime ? "" : ".dll"));
    }

    /// <summary>Bytes of what was published; of what comes with the base image as well where the runtime is not part of it.</summary>
    public (double Own, double WithRuntime) SizeOf(string project, PublishedForm form)
    {
        var own = Size(FolderOf(project, form));
        return (own, form.HasRuntime ? own : own + Size(RuntimeEnvironment.GetRuntimeDirectory()) + Size(AspNetCore));
    }

    public void Dispose() => _folder.Dispose();

    private static string AspNetCore => Path.GetDirectoryName(typeof(Microsoft.AspNetCore.Builder.WebApplication).Assembly.Location)!;

    // MSBuild takes a comma in a path for the end of it.
    private string FolderOf(string project, PublishedForm form) => _folder.File($"{project}-{form.Name.Replace(",", "", StringComparison.Ordinal).Replace(' ', '-')}");

    private string Sources(string name) => Path.Combine(_folder.File("sources"), name);

    private static double Size(string folder) => new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);

    private static void Copy(string source, string target)
    {
        if (File.Exists(source))
        {
            _ = Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(source, target);
            return;
        }

        foreach (var entry in Directory.EnumerateFileSystemEntries(source).Where(entry => Path.GetFileName(entry) is not ("bin" or "obj")))
        {
            Copy(entry, Path.Combine(target, Path.GetFileName(entry)));
        }
    }
}
