using Kritis.Events.Contracts.Messages;

namespace Kritis.Events.Verifier.Admission;

/// <summary>What every policy of a namespace says of one image.</summary>
/// <param name="Image">The image as it is written in the object.</param>
/// <param name="Findings">One finding a policy, at least one.</param>
internal sealed record ImageVerdict(string Image, PolicyFinding[] Findings)
{
    public bool Holds => Array.TrueForAll(Findings, finding => finding.Holds);

    /// <summary>Whether a policy that is enforced does not hold; one in dry-run cannot loosen it.</summary>
    public bool IsRefused => Array.Exists(Findings, finding => finding is { Holds: false, IsEnforced: true });

    public string Line => $"image {ImageText.Shown(Image)} is not attested";

    /// <summary>Adds why the image does not hold, the policies that say the same in one warning.</summary>
    public void Warn(WarningList warnings)
    {
        var refused = IsRefused;
        var image = ImageText.Brief(Image);
        foreach (var same in Findings.Where(finding => !finding.Holds && finding.IsEnforced == refused).GroupBy(finding => finding.Text))
        {
            var policies = $"policy {string.Join(", ", same.Select(finding => finding.Policy))}";
            warnings.Add(refused
                ? $"image {image} is not attested ({policies}): {same.Key}"
                : $"dry run ({policies}): image {image} is not attested: {same.Key}");
        }
    }

    public ImageDecision ToDecision() => new()
    {
        Image = ImageText.Shown(Image),
        Attested = Holds,
        Explanation = string.Join("; ", Findings.Select(finding => finding.Explanation)),
        Attestations = [.. Findings.SelectMany(finding => finding.Attestations).Distinct(StringComparer.Ordinal)],
    };
}

/// <summary>What one policy says of one image.</summary>
internal sealed record PolicyFinding
{
    public required string Policy { get; init; }

    public required bool IsEnforced { get; init; }

    public required bool Holds { get; init; }

    /// <summary>Why, as a clause.</summary>
    public required string Text { get; init; }

    /// <summary>The ids of the attestations it rests on.</summary>
    public IReadOnlyList<string> Attestations { get; init; } = [];

    public string Explanation => IsEnforced || Holds ? $"policy {Policy}: {Text}" : $"policy {Policy} (dry run): {Text}";
}
