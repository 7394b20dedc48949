namespace Kritis.Events.Attestations.Resources.Yaml;

/// <summary>Collects what is wrong, so that a person sees all of it at once.</summary>
internal sealed class ProblemList
{
    private const int Most = 50;
    private readonly List<ResourceProblem> _problems = [];

    public IReadOnlyList<ResourceProblem> All => _problems;

    /// <summary>How many there were, also those that are not kept.</summary>
    public int Count { get; private set; }

    public List<string> Warnings { get; } = [];

    public void Add(string file, int line, string message)
    {
        Count++;
        if (_problems.Count < Most)
        {
            _problems.Add(new ResourceProblem(file, line, message));
        }
    }
}
