using Kritis.Events.Contracts.Images;
using Kritis.Events.Contracts.Messages;

namespace Kritis.Events.Verifier.Admission;

/// <summary>What every policy of a namespace says of one image.</summary>
internal sealed class ImageVerdict(string image, PolicyFinding[] findings)
{
    private ImageDecision? _decision;

    /// <summary>The image as it is written in the object.</summary>
    public string Image => image;

    /// <summary>One finding a policy, at least one.</summary>
    public PolicyFinding[] Findings => findings;

    /// <summary>The image whose push was just seen, so that its signature may be on its way; or null.</summary>
    public Image? Pushed { get; init; }

    public bool Holds { get; } = Array.TrueForAll(findings, finding => finding.Holds);

    /// <summary>Whether a policy that is enforced does not hold; one in dry-run cannot loosen it.</summary>
    public bool IsRefused => Array.Exists(Findings, finding => finding is { Holds: false, IsEnforced: true });

    /// <summary>The policies that do not hold.</summary>
    public IEnumerable<string> Unfulfilled => Findings.Where(finding => !finding.Holds).Select(finding => finding.Policy);

    /// <summary>How long the refusal may wait for a signature: no longer than every policy that refuses allows, and zero where one allows none.</summary>
    public TimeSpan Patience => Pushed is null
        ? TimeSpan.Zero
        : Findings.Where(finding => finding is { Holds: false, IsEnforced: true }).Select(finding => finding.Patience).DefaultIfEmpty().Min();

    /// <summary>Why the glass was broken for it, or null where it was not.</summary>
    public string? BrokenGlass { get; } = Array.Find(findings, finding => finding.BrokenGlass is not null)?.BrokenGlass;

    public string Line => $"image {ImageText.Shown(Image)} is not attested";

    /// <summary>Adds why the image does not hold, or why it passes all the same; the policies that say the same in one warning.</summary>
    public void Warn(WarningList warnings)
    {
        var refused = IsRefused;
        var image = ImageText.Brief(Image);
        foreach (var same in Findings.Where(finding => !finding.Holds && finding.IsEnforced == refused).GroupBy(finding => finding.Text))
        {
            var policies = Policies(same);
            warnings.Add(refused
                ? $"image {image} is not attested ({policies}): {same.Key}"
                : $"dry run ({policies}): image {image} is not attested: {same.Key}");
        }

        foreach (var same in Findings.Where(finding => finding.BrokenGlass is not null && !refused).GroupBy(finding => finding.Text))
        {
            warnings.Add($"break glass ({Policies(same)}): image {image} is not attested: {same.Key}");
        }
    }

    /// <summary>The verdict in the words of the bus; put together once, however many admissions it is for.</summary>
    public ImageDecision Decision => _decision ??= new()
    {
        Image = ImageText.Shown(Image),
        Attested = Holds && BrokenGlass is null,
        Explanation = Findings is [var only] ? only.Explanation : string.Join("; ", Findings.Select(finding => finding.Explanation)),
        Attestations = Findings is [var one] ? one.Attestations : [.. Findings.SelectMany(finding => finding.Attestations).Distinct(StringComparer.Ordinal)],
    };

    private static string Policies(IEnumerable<PolicyFinding> findings) => $"policy {string.Join(", ", findings.Select(finding => finding.Policy))}";
}
