using System.CommandLine;
using Kritis.Events.Benchmarks.Running;

namespace Kritis.Events.Benchmarks.Forms;

/// <summary><c>published-forms</c>: size, start and memory of the services in each way of publishing them.</summary>
internal static class FormsCommand
{
    private static readonly Option<int> Rounds = CommonOptions.Rounds();

    private static readonly Option<string[]> Forms = new("--form")
    {
        Description = "A form to be compared with that of the containers; all of them unless some are named.",
        DefaultValueFactory = _ => [.. PublishedForm.All.Select(form => form.Name)],
    };

    public static Command Create()
    {
        var command = new Command("published-forms", "Size and start of the services, published plain, compiled ahead and trimmed, and whether they work.") { Rounds, Forms };
        command.SetAction((parsed, cancellationToken) => new FormsBenchmark(new Figures(parsed.InvocationConfiguration.Output), parsed.GetValue(Rounds))
            .RunAsync(Named(parsed.GetRequiredValue(Forms)), cancellationToken));
        return command;
    }

    private static PublishedForm[] Named(string[] names) =>
        [.. PublishedForm.All.Where(form => form == PublishedForm.OfTheContainers || names.Contains(form.Name))];
}
