using System.CommandLine;
using Kritis.Events.Benchmarks.Running;

namespace Kritis.Events.Benchmarks.Forms;

/// <summary><c>published-forms</c>: size, start and memory of the services in each way of publishing them.</summary>
internal static class FormsCommand
{
    private static readonly Option<int> Rounds = CommonOptions.Rounds();

    public static Command Create()
    {
        var command = new Command("published-forms", "Size and start of the services, published plain, compiled ahead and trimmed, and whether they work.") { Rounds };
        command.SetAction((parsed, cancellationToken) =>
            new FormsBenchmark(new Figures(parsed.InvocationConfiguration.Output), parsed.GetValue(Rounds)).RunAsync(cancellationToken));
        return command;
    }
}
