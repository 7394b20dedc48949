using System.Text;
using System.Text.RegularExpressions;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Fuzzing.Inputs;
using Kritis.Events.Fuzzing.Running;

namespace Kritis.Events.Fuzzing.Targets;

/// <summary>Image names, as people and objects write them.</summary>
internal sealed partial class ReferenceTarget : FuzzTarget
{
    private const int MostExcerptCharacters = 2_000;

    public override string Name => "reference";

    public override IReadOnlyList<Seed> Seeds { get; } =
    [
        .. new[]
        {
            "alpine", "library/alpine", "docker.io/alpine:3.11", "team/app:1.0", "localhost/app", "localhost:5000/team/app:1.0", "[::1]:5000/team/app", "index.docker.io/alpine",
            "Registry.Example.COM/team/app", "a.b/c/d__e/f---g/h.i:T_a-g.1", new string('a', 4_096), $"a.b/{new string('c', 240)}:1", Known.App, Known.App.Replace("app@", "app:1.0@", StringComparison.Ordinal),
        }.Select(Seed.Of),
        .. Corpus.Seeds("reference"),
    ];

    public override IReadOnlyList<string> Reaches { get; } = ["a name", "a name with a digest", "refused"];

    public override string Take(byte[] input)
    {
        var text = Encoding.UTF8.GetString(input);
        var excerpt = Excerpt.Of(text);
        BrokenPromiseException.Unless(excerpt.Length <= MostExcerptCharacters && !excerpt.Any(char.IsControl), "an excerpt is bounded and in one line");
        if (!ImageReference.TryParse(text, out var reference, out var problem))
        {
            Fit.ForALine(problem);
            BrokenPromiseException.Unless(!Image.TryParse(text, out _, out _), "what is no reference is no image");
            return "refused";
        }

        BrokenPromiseException.Unless(Whole().IsMatch(reference.ToString()), "a reference that is taken is plain ASCII, its host and path in lower case");
        BrokenPromiseException.Unless(
            ImageReference.TryParse(reference.ToString(), out var again, out _) && again with { Original = text } == reference, "a normalised reference reads as itself");
        if (reference.Digest is null)
        {
            return "a name";
        }

        BrokenPromiseException.Unless(text.EndsWith($"@{reference.Digest}", StringComparison.Ordinal), "a digest is the one that is written");
        return "a name with a digest";
    }

    [GeneratedRegex(@"\A[a-z0-9.:\[\]-]+/[a-z0-9._/-]+(?::[A-Za-z0-9_.-]{1,128})?(?:@sha256:[a-f0-9]{64})?\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Whole();
}
