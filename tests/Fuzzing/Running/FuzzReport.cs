using System.Globalization;
using System.Text;

namespace Kritis.Events.Fuzzing.Running;

/// <summary>What a run came to.</summary>
internal sealed class FuzzReport(string target, ulong seed)
{
    private readonly SortedDictionary<string, long> _outcomes = new(StringComparer.Ordinal);
    private readonly List<Finding> _findings = [];

    public string Target => target;

    public ulong Seed => seed;

    public long Inputs { get; private set; }

    public TimeSpan Elapsed { get; set; }

    /// <summary>How many inputs came to what.</summary>
    public IReadOnlyDictionary<string, long> Outcomes => _outcomes;

    /// <summary>One of each kind.</summary>
    public IReadOnlyList<Finding> Findings => _findings;

    /// <summary>The most CPU time that one input took.</summary>
    public (TimeSpan Cpu, long Number) Slowest { get; private set; }

    /// <summary>The most that one input had the reader allocate.</summary>
    public (long Bytes, int Length, long Number) Largest { get; private set; }

    public void Count(string outcome)
    {
        Inputs++;
        _outcomes[outcome] = _outcomes.GetValueOrDefault(outcome) + 1;
    }

    public void Spent(long number, int length, ThreadMeter spent)
    {
        if (spent.Cpu > Slowest.Cpu)
        {
            Slowest = (spent.Cpu, number);
        }

        if (spent.Allocated > Largest.Bytes)
        {
            Largest = (spent.Allocated, length, number);
        }
    }

    public void Add(Finding finding)
    {
        if (!_findings.Exists(known => known.Kind == finding.Kind))
        {
            _findings.Add(finding);
        }
    }

    public override string ToString()
    {
        var rate = Inputs / Math.Max(Elapsed.TotalSeconds, 1e-3);
        var text = new StringBuilder().AppendLine(CultureInfo.InvariantCulture,
            $"{target}: {Inputs:N0} inputs, {rate:N0}/s, seed {seed}, {_findings.Count} findings; most for one input: {Slowest.Cpu.TotalMilliseconds:0.0} ms CPU (input {Slowest.Number}), {Largest.Bytes:N0} bytes allocated (input {Largest.Number} of {Largest.Length:N0} bytes)");
        foreach (var (outcome, count) in _outcomes)
        {
            _ = text.AppendLine(CultureInfo.InvariantCulture, $"  {count,12:N0}  {outcome}");
        }

        return text.ToString();
    }
}
