using Kritis.Events.Contracts;

namespace Kritis.Events.Attestations.Resources;

/// <summary>The resources cannot be used. The message lists every problem, one a line.</summary>
public sealed class InvalidResourcesException(string folder, IReadOnlyList<ResourceProblem> problems)
    : StartRefusedException($"Resources:Path {folder} is invalid:\n{string.Join('\n', problems)}")
{
    /// <summary>The problems, in the order of files and lines.</summary>
    public IReadOnlyList<ResourceProblem> Problems { get; } = problems;
}
