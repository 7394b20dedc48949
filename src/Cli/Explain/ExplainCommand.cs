using System.CommandLine;
using System.Text.Json;
using Kritis.Events.Cli.Manifests;
using Kritis.Events.Contracts;
using Kritis.Events.Contracts.Images;
using Spectre.Console;

namespace Kritis.Events.Cli.Explain;

/// <summary><c>kritis explain -f FILE …</c>: what the verifier would decide about the objects of manifests, and why.</summary>
internal static class ExplainCommand
{
    public const int Refused = 2;
    private const string Json = "json";
    private const string DefaultNamespace = "default";

    private static readonly Option<string[]> FilesOption = new("-f", "--filename")
    {
        Description = "A manifest as YAML or JSON, - for standard input; may be given several times.",
        Required = true,
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<string?> NamespaceOption = new("--namespace", "-n") { Description = "The namespace the objects would be created in; otherwise the one that each names, or default." };
    private static readonly Option<string?> ClusterOption = new("--cluster") { Description = "The cluster, as policies name it; otherwise Cluster:Name." };
    private static readonly Option<string?> LabelsOption = new("--namespace-labels") { Description = "The namespace's labels, a=b,c=d, for policies that select by label." };
    private static readonly Option<string> OutputOption = new("--output", "-o") { Description = "text or json.", DefaultValueFactory = _ => "text" };
    private static readonly Option<int> PatienceOption = new("--patience")
    {
        Description = "How many seconds the attestation log may be silent before it cannot be found out.",
        DefaultValueFactory = _ => (int)LogReading.Patience.TotalSeconds,
    };

    public static Command Create()
    {
        _ = OutputOption.AcceptOnlyFromAmong("text", Json);
        var command = new Command(
            "explain",
            "Says what a verifier with the same settings (KRITIS_Bus__Uri, KRITIS_Resources__Path, KRITIS_Cluster__Name) would decide about the objects of manifests, and why. "
            + "Exit code 0: everything would be admitted; 2: something would be refused; 1: it could not be found out.")
        {
            FilesOption, NamespaceOption, ClusterOption, LabelsOption, OutputOption, PatienceOption,
        };
        command.SetAction((parsed, cancellationToken) => CommandRun.Async(() => RunAsync(parsed, cancellationToken)));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var options = Options(parsed);
        var reviews = await ReviewsAsync(parsed.GetRequiredValue(FilesOption), parsed.GetValue(NamespaceOption), cancellationToken);
        var images = reviews.SelectMany(review => review.Request.Images);
        await using var knowledge = await VerifierKnowledge.ReadAsync(images, options, cancellationToken);
        var explainer = knowledge.Explainer(options);
        var explanation = new Explanation { Cluster = knowledge.Cluster, Log = knowledge.Log, Objects = [.. reviews.Select(explainer.Explain)] };
        if (parsed.GetValue(OutputOption) == Json)
        {
            Console.WriteLine(JsonSerializer.Serialize(explanation, ExplanationJson.Default.Explanation));
        }
        else
        {
            new ExplanationText(AnsiConsole.Console).Write(explanation);
        }

        return explanation.Admitted ? 0 : Refused;
    }

    private static ExplainOptions Options(ParseResult parsed) => new()
    {
        Cluster = parsed.GetValue(ClusterOption),
        Labels = parsed.GetValue(LabelsOption) is { } written ? Labels(written) : null,
        Patience = parsed.GetValue(PatienceOption) is > 0 and <= 3600 and var seconds
            ? TimeSpan.FromSeconds(seconds)
            : throw new StartRefusedException("--patience: expected 1 to 3600 seconds"),
    };

    private static async Task<IReadOnlyList<ManifestReview>> ReviewsAsync(string[] files, string? ns, CancellationToken cancellationToken)
    {
        var reviews = new List<ManifestReview>();
        foreach (var file in files)
        {
            var objects = ManifestObjects.Of(await ManifestFile.ReadAsync(file, cancellationToken));
            reviews.AddRange(objects.Select(subject => ManifestReview.Of(subject, ns ?? subject.Namespace ?? DefaultNamespace)));
        }

        return reviews;
    }

    private static Dictionary<string, string> Labels(string written)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var label in written.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var at = label.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0 || !labels.TryAdd(label[..at], label[(at + 1)..]))
            {
                throw new StartRefusedException($"--namespace-labels '{Excerpt.Of(label)}': expected name=value, each name once, with commas between them");
            }
        }

        return labels;
    }
}
