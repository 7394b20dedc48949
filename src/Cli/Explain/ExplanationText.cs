using System.Globalization;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Verifier.Admission;
using Spectre.Console;

namespace Kritis.Events.Cli.Explain;

/// <summary>Writes an explanation for people. Foreign text can forge no line of it; colours are left out where it is not written to a terminal.</summary>
internal sealed class ExplanationText(IAnsiConsole console)
{
    private static readonly Style Usual = Style.Plain;
    private static readonly Style Good = new(Color.Green);
    private static readonly Style Bad = new(Color.Red);
    private static readonly Style Doubtful = new(Color.Yellow);

    public void Write(Explanation explanation)
    {
        foreach (var explained in explanation.Objects)
        {
            Write(explained);
        }

        var refused = explanation.Objects.Count(explained => !explained.Admitted);
        Line(
            refused == 0 ? $"Admitted in cluster {Excerpt.Of(explanation.Cluster)}." : $"Refused in cluster {Excerpt.Of(explanation.Cluster)}: {refused} of {explanation.Objects.Count}.",
            refused == 0 ? Good : Bad);
    }

    private void Write(ExplainedObject explained)
    {
        Line(
            $"{Excerpt.Of(explained.File)}:{explained.Line}  {Excerpt.Of(explained.Kind)} {Excerpt.Of(explained.Name)} in namespace {Excerpt.Of(explained.Namespace)}: {Outcome(explained.Outcome)}",
            StyleOf(explained));
        if (explained.Reason is { } reason)
        {
            Line($"  {Whole(reason)}");
        }

        foreach (var note in explained.Notes)
        {
            Line($"  note: {note}");
        }

        foreach (var image in explained.Images)
        {
            Line($"  image {ImageText.Shown(image.Image)}: {image.Standing}");
            foreach (var finding in image.Findings)
            {
                Line($"    policy {finding.Policy}{(finding.Enforced ? "" : " (dry run)")}: {Whole(finding.Text)}", StyleOf(finding));
            }

            foreach (var attestation in image.Attestations)
            {
                Write(attestation);
            }
        }

        Line("");
    }

    private void Write(ExplainedAttestation attestation)
    {
        Fact("attestation", attestation.Id);
        Fact("witness", attestation.Witness);
        Fact("key", string.Join(", ", new[] { attestation.Key, attestation.Algorithm, attestation.KeyState, attestation.KeyFingerprint }.OfType<string>()));
        Fact("signed", attestation.SignedAt.UtcDateTime.ToString("u", CultureInfo.InvariantCulture));
        Fact("push", attestation.PushEvent is null ? "none; a person had it signed" : $"event {attestation.PushEvent}, tag {attestation.Tag ?? "(none)"}");
    }

    private void Fact(string name, string text) => Line($"      {name,-11}  {Excerpt.Of(text)}");

    private static string Outcome(string outcome) => outcome switch
    {
        "allowed" => "admitted",
        "dryrun" => "admitted, only because the policies that do not hold are in dry run",
        "breakglass" => "admitted, only because the glass is broken",
        "denied" => "refused",
        "not-asked" => "nothing to decide",
        _ => $"refused ({outcome})",
    };

    private static Style StyleOf(ExplainedObject explained) => explained.Outcome switch
    {
        "allowed" => Good,
        "dryrun" or "breakglass" => Doubtful,
        "not-asked" => Usual,
        _ => Bad,
    };

    private static Style StyleOf(ExplainedFinding finding) => finding switch
    {
        { Holds: true } => Usual,
        { Enforced: true } => Bad,
        _ => Doubtful,
    };

    // An explanation may be longer than an excerpt of what somebody else wrote.
    private static string Whole(string text) => string.Concat(text.Chunk(256).Select(part => Excerpt.Of(new string(part))));

    // Not as markup: a name may look like some.
    private void Line(string line, Style? style = null) => console.Write(new Text(line + "\n", style));
}
