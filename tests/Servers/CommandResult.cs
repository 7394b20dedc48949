using System.Diagnostics;

namespace Kritis.Events.Servers;

/// <summary>What a command that ran to its end wrote and how it ended.</summary>
public sealed record CommandResult(int ExitCode, string Output, string Error)
{
    public bool Succeeded => ExitCode == 0;

    /// <summary>Runs a command with <paramref name="input"/> as its standard input, whatever its exit code.</summary>
    public static async Task<CommandResult> OfAsync(
        string file, IEnumerable<string> arguments, string? input, IReadOnlyDictionary<string, string> environment, string folder, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = folder,
        };
        foreach (var (key, value) in environment)
        {
            start.Environment[key] = value;
        }

        using var process = Process.Start(start)!;
        ChildProcess.Note(process.Id);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var error = process.StandardError.ReadToEndAsync(cancellationToken);
            await GiveAsync(process, input);
            await process.WaitForExitAsync(cancellationToken);
            return new CommandResult(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <summary>A command that ends without reading everything has said why, or did not need it.</summary>
    private static async Task GiveAsync(Process process, string? input)
    {
        try
        {
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
        }
    }

    public override string ToString() => $"exit code {ExitCode}\n{Output}{Error}";
}
