using Kritis.Events.Servers;

namespace Kritis.Events.Cli.Tests.Testing;

/// <summary><c>kritis</c> as a person runs it.</summary>
internal static class KritisProcess
{
    private static readonly string Assembly = Path.Combine(AppContext.BaseDirectory, "kritis.dll");

    public static Task<(int ExitCode, string Output)> RunAsync(string folder, IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        EndAsync(ChildProcess.Start("kritis", "dotnet", [Assembly, .. arguments], environment, folder));

    /// <summary>With a file of the folder as standard input.</summary>
    public static Task<(int ExitCode, string Output)> RunWithInputAsync(
        string folder, string input, IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        EndAsync(ChildProcess.Start("kritis", "sh", ["-c", "input=$1; shift; exec dotnet \"$@\" < \"$input\"", "sh", input, Assembly, .. arguments], environment, folder));

    private static async Task<(int ExitCode, string Output)> EndAsync(ChildProcess started)
    {
        await using var child = started;
        await child.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (child.ExitCode, child.Output);
    }
}
