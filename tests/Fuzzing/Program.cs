using System.CommandLine;
using Kritis.Events.Fuzzing.Running;

namespace Kritis.Events.Fuzzing;

/// <summary><c>tests/fuzz TARGET|all</c>: the long run.</summary>
internal static class Program
{
    private const long ManyInputs = 1_000_000;
    private const int HexDigits = 16;
    private static readonly Argument<string> Target = new("TARGET") { Description = $"{string.Join(", ", FuzzTargets.Names)}, or all of them: all." };
    private static readonly Option<long> Count = new("--count") { Description = "How many inputs for each target.", DefaultValueFactory = _ => ManyInputs };
    private static readonly Option<ulong?> Seed = new("--seed") { Description = "What the inputs are made from; the same seed makes the same ones. Left out: another each time." };
    private static readonly Option<long> From = new("--from") { Description = "The number of the first input." };
    private static readonly Option<FileInfo?> Input = new("--input") { Description = "One input, from a file, instead." };

    private static readonly Option<string> Findings = new("--findings")
    {
        Description = "The folder to which inputs that are findings are written.",
        DefaultValueFactory = _ => Path.Combine(Path.GetTempPath(), "kritis-fuzz"),
    };

    public static int Main(string[] args)
    {
        Target.AcceptOnlyFromAmong(["all", .. FuzzTargets.Names]);
        var root = new RootCommand("Feeds every reader of foreign bytes with hostile ones.") { Target, Count, Seed, From, Input, Findings };
        root.SetAction(Run);
        return root.Parse(args).Invoke();
    }

    private static int Run(ParseResult parsed)
    {
        var target = parsed.GetRequiredValue(Target);
        var seed = parsed.GetValue(Seed) ?? Convert.ToUInt64(Guid.NewGuid().ToString("N")[..HexDigits], HexDigits);
        var found = 0;
        foreach (var name in target == "all" ? FuzzTargets.Names : [target])
        {
            var report = Run(parsed, name, seed);
            Console.Write(report);
            foreach (var finding in report.Findings)
            {
                Console.WriteLine(finding.Tell(parsed.GetRequiredValue(Findings)));
            }

            found += report.Findings.Count;
        }

        return found == 0 ? 0 : 1;
    }

    private static FuzzReport Run(ParseResult parsed, string name, ulong seed)
    {
        var run = new FuzzRun(FuzzTargets.Make(name), seed);
        if (parsed.GetValue(Input) is { } file)
        {
            return run.RunOne(File.ReadAllBytes(file.FullName));
        }

        var (from, count) = (parsed.GetValue(From), parsed.GetValue(Count));
        var isSeen = !Console.IsErrorRedirected;
        Console.Error.WriteLine($"{name}: seed {seed}, inputs {from} to {from + count - 1}");
        return run.Run(from, count, number => Console.Error.Write(isSeen ? $"\r{name}: input {number} " : ""));
    }
}
