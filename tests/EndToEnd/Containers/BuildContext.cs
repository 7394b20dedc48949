using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Kritis.Events.Servers;

namespace Kritis.Events.EndToEnd.Containers;

/// <summary>Does what a build stage says, in a folder instead of a container: copies what it copies and runs what it runs.</summary>
public sealed partial class BuildContext : IDisposable
{
    private readonly ServerFolder _folder = new("build");

    public BuildContext() => LetIn(_folder.Path);

    /// <summary>Runs the stage; what was built for another image of the same sources is used again.</summary>
    /// <returns>The folder that the image gets as its own, readable for everybody and writable for nobody.</returns>
    internal async Task<string> BuildAsync(Dockerfile file, CancellationToken cancellationToken)
    {
        foreach (var copy in file.Build.Where(instruction => instruction.IsCopyFromContext))
        {
            foreach (var source in copy.Copied.Sources)
            {
                Copy(WorkingTree.Path(source.TrimEnd('/')), _folder.File($"src/{source.TrimEnd('/')}"));
            }
        }

        foreach (var run in file.Build.Where(instruction => instruction.Name == "RUN"))
        {
            var result = await CommandResult.OfAsync("sh", ["-c", Here(run.Arguments, file.Name)], null, Environment(), _folder.File("src"), cancellationToken);
            result.Succeeded.Should().BeTrue($"{run.Arguments}: {result}");
        }

        var app = _folder.File($"app-{file.Name}");
        _ = await ChildProcess.RunAsync("chmod", ["-R", "a-w,a+rX", app], cancellationToken);
        return app;
    }

    /// <summary>Lets every user read a folder that is its maker's alone.</summary>
    internal static void LetIn(string folder) => File.SetUnixFileMode(folder, (UnixFileMode)0b111_101_101);

    public void Dispose()
    {
        foreach (var folder in Directory.EnumerateDirectories(_folder.Path, "*", SearchOption.AllDirectories))
        {
            LetIn(folder);
        }

        _folder.Dispose();
    }

    private static Dictionary<string, string> Environment() => new()
    {
        ["TARGETARCH"] = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "amd64",
        ["MSBUILDDISABLENODEREUSE"] = "1",
        // Nothing that outlives the command may hold its output open.
        ["UseSharedCompilation"] = "false",
    };

    private static void Copy(string source, string target)
    {
        if (File.Exists(source))
        {
            _ = Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(source, target, overwrite: true);
            return;
        }

        foreach (var entry in Directory.EnumerateFileSystemEntries(source).Where(entry => Path.GetFileName(entry) is not ("bin" or "obj")))
        {
            Copy(entry, Path.Combine(target, Path.GetFileName(entry)));
        }
    }

    // The absolute paths of the container lie in this folder.
    private string Here(string command, string name) => AbsolutePath().Replace(command, match => _folder.File($"{match.Value[1..]}-{name}"));

    [GeneratedRegex(@"(?<= )/(?:app|data)\b")]
    private static partial Regex AbsolutePath();
}
