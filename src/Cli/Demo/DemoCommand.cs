using System.CommandLine;
using Kritis.Events.Cli.Up;
using Spectre.Console;

namespace Kritis.Events.Cli.Demo;

/// <summary><c>kritis demo</c>: the acceptance story, played against the embedded system in a folder that is deleted afterwards.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var command = new Command("demo", "Plays the whole way from a push to an admission, and exits 0 only if every answer was right.");
        command.SetAction((_, cancellationToken) => CommandRun.Async(() => RunAsync(cancellationToken)));
        return command;
    }

    private static async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("kritis-demo-");
        try
        {
            var transcript = new Transcript(AnsiConsole.Console, TimeProvider.System);
            var story = new DemoStory(transcript, new EmbeddedOptions
            {
                DataPath = Path.Combine(folder.FullName, "data"),
                ResourcesPath = Path.Combine(folder.FullName, "resources"),
                Ports = EmbeddedPorts.Free(),
            });
            await story.PlayAsync(cancellationToken);
            return transcript.Conclude();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
