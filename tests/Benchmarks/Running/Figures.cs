using System.Globalization;

namespace Kritis.Events.Benchmarks.Running;

/// <summary>Prints figures as <c>name: value unit</c>, and last what they come to.</summary>
internal sealed class Figures(TextWriter output)
{
    private readonly List<string> _verdicts = [];

    /// <summary>Whether everything that had a target so far has reached it.</summary>
    public bool AllReached { get; private set; } = true;

    public void Title(string text) => output.WriteLine($"\n# {text}");

    public void Add(string name, double value, string unit) => output.WriteLine($"{name}: {Number(value)} {unit}".TrimEnd());

    public void Add(string name, string value) => output.WriteLine($"{name}: {value}");

    /// <summary>A figure that has a target.</summary>
    /// <param name="name">What it is.</param>
    /// <param name="value">What was measured.</param>
    /// <param name="unit">Its unit; empty for a ratio.</param>
    /// <param name="target">What is to be reached.</param>
    /// <param name="atLeast">Whether more is better.</param>
    public void Judge(string name, double value, string unit, double target, bool atLeast)
    {
        var reached = atLeast ? value >= target : value <= target;
        AllReached &= reached;
        _verdicts.Add($"{name}: {Number(value)} {unit}".TrimEnd()
            + $" (to reach: {(atLeast ? "at least" : "at most")} {Number(target)}) {(reached ? "reached" : "NOT REACHED")}");
    }

    /// <summary>Prints what has a target, last.</summary>
    public void Finish()
    {
        Title("what it is about");
        foreach (var verdict in _verdicts)
        {
            output.WriteLine(verdict);
        }
    }

    private static string Number(double value) => Math.Abs(value) switch
    {
        var size when size >= 1000 || size == Math.Floor(size) => value.ToString("#,0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("0.0", CultureInfo.InvariantCulture),
        _ => value.ToString("0.000", CultureInfo.InvariantCulture),
    };
}
