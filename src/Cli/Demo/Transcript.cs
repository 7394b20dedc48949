using Spectre.Console;

namespace Kritis.Events.Cli.Demo;

/// <summary>Tells the story as it is played: what was asked, what was answered, how long it took, and whether that was right.</summary>
internal sealed class Transcript(IAnsiConsole console, TimeProvider time)
{
    private int _right;
    private int _wrong;

    public bool AllRight => _wrong == 0;

    public void Title(string text)
    {
        console.WriteLine();
        console.MarkupLineInterpolated($"[bold]{text}[/]");
    }

    public void Say(string text) => console.MarkupLineInterpolated($"  [grey]{text}[/]");

    public void Asked(string command) => console.MarkupLineInterpolated($"  [blue]$ {command}[/]");

    /// <summary>Runs a step, prints its answer and judges it.</summary>
    public async Task StepAsync(string command, Func<Task<string>> step, string expected)
    {
        Asked(command);
        var started = time.GetTimestamp();
        var answer = await AnswerAsync(step);
        var elapsed = time.GetElapsedTime(started);
        if (answer == expected)
        {
            _right++;
            console.MarkupLine($"    {Markup.Escape(answer)}  [green]✓[/] [grey]{elapsed.TotalMilliseconds:0.0} ms[/]");
            return;
        }

        _wrong++;
        console.MarkupLine($"    {Markup.Escape(answer)}  [red]✗[/] [grey]{elapsed.TotalMilliseconds:0.0} ms[/]");
        console.MarkupLine($"    [red]expected: {Markup.Escape(expected)}[/]");
    }

    private static async Task<string> AnswerAsync(Func<Task<string>> step)
    {
        try
        {
            return await step();
        }
        catch (Exception failure) when (failure is HttpRequestException or TimeoutException)
        {
            return $"no answer: {failure.Message}";
        }
    }

    /// <returns>The exit code.</returns>
    public int Conclude()
    {
        console.WriteLine();
        if (AllRight)
        {
            console.MarkupLine($"[green]{_right} of {_right} answers were right.[/]");
            return 0;
        }

        console.MarkupLine($"[red]{_wrong} of {_right + _wrong} answers were wrong.[/]");
        return 1;
    }
}
