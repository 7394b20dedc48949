namespace Kritis.Events.Verifier.Workloads;

/// <summary>
/// Pods that do not fulfil a policy, by namespace and policy, for a gauge. A pair that went down to none is said to be 0, because an exporter goes on
/// showing the last value of what it hears no more of. Beyond a number of pairs the rest is counted together.
/// </summary>
internal sealed class ViolationCounts
{
    /// <summary>The most pairs that are counted by themselves.</summary>
    public const int MostPairs = 500;

    /// <summary>What stands for the namespace and the policy of the rest.</summary>
    public const string Others = "(others)";

    private readonly Dictionary<(string Namespace, string Policy), int> _told = [];
    private int _rest;

    /// <summary>The counts as they are to be told now.</summary>
    public IReadOnlyDictionary<(string Namespace, string Policy), int> Of(IEnumerable<FoundViolation> found)
    {
        var now = Count(found);
        foreach (var (pair, before) in _told.ToArray())
        {
            // It was said to be 0 already, and its place is free.
            if (before == 0 && !now.ContainsKey(pair))
            {
                _ = _told.Remove(pair);
            }
            else
            {
                _told[pair] = 0;
            }
        }

        var rest = 0;
        foreach (var (pair, pods) in now)
        {
            if (_told.ContainsKey(pair) || _told.Count < MostPairs)
            {
                _told[pair] = pods;
            }
            else
            {
                rest += pods;
            }
        }

        var all = new Dictionary<(string, string), int>(_told);
        if (rest > 0 || _rest > 0)
        {
            all[(Others, Others)] = rest;
        }

        _rest = rest;
        return all;
    }

    private static Dictionary<(string Namespace, string Policy), int> Count(IEnumerable<FoundViolation> found)
    {
        var counts = new Dictionary<(string, string), int>();
        foreach (var violation in found)
        {
            foreach (var policy in violation.Finding.Policies)
            {
                var pair = (violation.Pod.Key.Namespace, policy);
                counts[pair] = counts.GetValueOrDefault(pair) + 1;
            }
        }

        return counts;
    }
}
