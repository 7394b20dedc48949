using System.CommandLine;
using Kritis.Events.Benchmarks.Admissible;
using Kritis.Events.Benchmarks.ColdStart;
using Kritis.Events.Benchmarks.Decisions;
using Kritis.Events.Benchmarks.Endpoint;
using Kritis.Events.Benchmarks.Forms;
using Kritis.Events.Benchmarks.ManyPods;
using Kritis.Events.Benchmarks.Scale;
using Kritis.Events.Benchmarks.Signing;
using Kritis.Events.Benchmarks.Soak;
using Kritis.Events.Benchmarks.Start;

namespace Kritis.Events.Benchmarks;

/// <summary><c>dotnet run -c Release --project tests/Benchmarks -- NAME</c>: one benchmark, its figures and its ratio.</summary>
internal static class Program
{
    public static Task<int> Main(string[] args) => RunAsync(args, Console.Out, CancellationToken.None);

    internal static Task<int> RunAsync(string[] args, TextWriter output, CancellationToken cancellationToken)
    {
        var root = new RootCommand("Measures what Kritis.Events costs against what cannot be avoided, side by side in one run.")
        {
            DecisionCommand.Create(),
            HttpCommand.Create(),
            SigningCommand.Create(),
            AdmissibleCommand.Create(),
            ColdStartCommand.Create(),
            ServicesStartCommand.Create(),
            ManyPodsCommand.Create(),
            SoakCommand.Create(),
            ScaleCommand.Create(),
            FormsCommand.Create(),
            LoadCommand.Create(),
            BareCommand.Create(),
            IndexMemoryCommand.Create(),
        };

        // A measurement that failed is told with its stack, and ends the process or the test with it.
        return root.Parse(args).InvokeAsync(new InvocationConfiguration { Output = output, EnableDefaultExceptionHandler = false }, cancellationToken);
    }
}
