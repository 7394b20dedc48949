namespace Kritis.Events.Attestations.Resources;

/// <summary>What came of reading resources.</summary>
/// <param name="Resources">The whole set, or null where there are problems.</param>
/// <param name="Problems">What is wrong; at most 50 are told.</param>
/// <param name="Warnings">What is allowed but may not be meant.</param>
public sealed record ResourceLoad(ResourceSet? Resources, IReadOnlyList<ResourceProblem> Problems, IReadOnlyList<string> Warnings);
