using System.CommandLine;
using Kritis.Events.Attestations.Keys;

namespace Kritis.Events.Cli.AlibabaCloud.SecurityCenter;

/// <summary><c>kritis import security-center [--output FOLDER] [--diff]</c>.</summary>
internal static class ImportCommand
{
    private const int Different = 1;
    private const int Refused = 2;

    private static readonly Option<string> OutputOption = new("--output")
    {
        Description = "The folder of resources; the setting Resources:Path where it is not given.",
    };

    private static readonly Option<bool> DiffOption = new("--diff")
    {
        Description = "Only says what differs from the folder; exits with 1 if anything does, 0 if nothing does, 2 if it cannot be told.",
    };

    private static readonly Option<string> RsaAlgorithmOption = RsaAlgorithm.Option();

    public static Command Create()
    {
        var securityCenter = new Command("security-center", "Witnesses and security policies. Settings: KRITIS_AlibabaCloud__… and credentials as for the Signer.")
        {
            OutputOption, DiffOption, RsaAlgorithmOption,
        };
        securityCenter.SetAction((parsed, cancellationToken) => CommandRun.Async(
            () => RunAsync(
                parsed.GetValue(OutputOption) ?? (CloudTools.Settings()["Resources:Path"] is { Length: > 0 } path ? path : "./resources"),
                RsaAlgorithm.Of(parsed.GetValue(RsaAlgorithmOption)),
                parsed.GetValue(DiffOption),
                cancellationToken),
            Refused));
        return new Command("import", "Takes over what Alibaba Cloud's consoles hold.") { securityCenter };
    }

    private static async Task<int> RunAsync(string folder, SignatureAlgorithm rsaAlgorithm, bool diff, CancellationToken cancellationToken)
    {
        await using var cloud = CloudTools.Create();
        var notes = new ImportNotes();
        ImportPlan plan;
        try
        {
            plan = await new ConsoleImport(cloud, folder, rsaAlgorithm, notes).PlanAsync(cancellationToken);
        }
        finally
        {
            foreach (var warning in notes.Warnings)
            {
                await Console.Error.WriteLineAsync($"warning: {warning}");
            }
        }

        foreach (var difference in plan.Differences)
        {
            Console.WriteLine(difference.Text);
        }

        return diff ? Tell(plan, folder) : await WriteAsync(plan, folder, cancellationToken);
    }

    private static int Tell(ImportPlan plan, string folder)
    {
        Console.WriteLine(plan.Differences.Count == 0
            ? $"{folder} is in step with Security Center ({Held(plan)})."
            : $"{plan.Differences.Count} resources of {folder} are not in step with Security Center ({Held(plan)}).");
        return plan.Differences.Count == 0 ? 0 : Different;
    }

    private static async Task<int> WriteAsync(ImportPlan plan, string folder, CancellationToken cancellationToken)
    {
        await ImportedFiles.WriteAsync(folder, plan.Files, cancellationToken);
        var byHand = plan.Differences.Count(difference => !ImportedFiles.IsOne(difference.File));
        Console.WriteLine($"{folder}: {plan.Differences.Count - byHand} changes written ({Held(plan)} in Security Center).");
        if (byHand > 0)
        {
            Console.WriteLine($"{byHand} more stand in files of your own, which an import never changes: see above.");
        }

        return 0;
    }

    private static string Held(ImportPlan plan) => $"{plan.Held.Witnesses} witnesses, {plan.Held.Policies} policies";
}
