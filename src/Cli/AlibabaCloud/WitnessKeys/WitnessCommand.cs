using System.CommandLine;
using Kritis.Events.Attestations.Payloads;
using Kritis.Events.Contracts;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Signer.AlibabaCloud;

namespace Kritis.Events.Cli.AlibabaCloud.WitnessKeys;

/// <summary><c>kritis witness show NAME</c>, or <c>--region R --key K</c> for a key that no witness names yet.</summary>
internal static class WitnessCommand
{
    private static readonly Argument<string?> NameArgument = new("NAME")
    {
        Description = "A Witness of the folder: each of its keys in KMS is compared with what is pinned.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<string> RegionOption = new("--region") { Description = "The key's region, for example cn-hongkong." };
    private static readonly Option<string> KeyOption = new("--key") { Description = "The key's id, or its alias: alias/…" };
    private static readonly Option<string> VersionOption = new("--key-version") { Description = "The version that shall sign, where the key has several." };
    private static readonly Option<string> WitnessNameOption = new("--name") { Description = "What the Witness is called that is printed; otherwise like the alias." };
    private static readonly Option<string> ResourcesOption = new("--resources") { Description = "The folder of resources; the setting Resources:Path where it is not given." };
    private static readonly Option<string> RsaAlgorithmOption = RsaAlgorithm.Option();

    public static Command Create()
    {
        var show = new Command("show", "Asks KMS for a key: spec, state, versions and fingerprints, and the Witness as YAML.")
        {
            NameArgument, RegionOption, KeyOption, VersionOption, WitnessNameOption, ResourcesOption, RsaAlgorithmOption,
        };
        show.SetAction((parsed, cancellationToken) => CommandRun.Async(() => RunAsync(parsed, cancellationToken)));
        return new Command("witness", "Looks at witnesses' keys.") { show };
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var (name, region, key) = (parsed.GetValue(NameArgument), parsed.GetValue(RegionOption), parsed.GetValue(KeyOption));
        if (name is null == (region is null || key is null))
        {
            throw new StartRefusedException("kritis witness show: expected the NAME of a Witness, or --region and --key");
        }

        await using var cloud = CloudTools.Create();
        return name is not null
            ? await PinnedKeys.CompareAsync(cloud.Keys, Folder(parsed), name, cancellationToken)
            : await ShowAsync(cloud, region!, key!, parsed, cancellationToken);
    }

    private static async Task<int> ShowAsync(CloudTools cloud, string region, string keyId, ParseResult parsed, CancellationToken cancellationToken)
    {
        if (CloudNames.ProblemOf(region) is { } problem)
        {
            throw new StartRefusedException($"--region '{Excerpt.Of(region)}': {problem}");
        }

        var name = parsed.GetValue(WitnessNameOption) ?? SecurityCenter.ImportedName.Of(keyId.Split('/')[^1]);
        if (!WitnessName.IsValid(name))
        {
            throw new StartRefusedException($"--name '{Excerpt.Of(name)}': expected {WitnessName.Expected}");
        }

        var key = await KeyInspection.OfAsync(cloud.Keys, region, keyId, RsaAlgorithm.Of(parsed.GetValue(RsaAlgorithmOption)), cancellationToken);
        var chosen = parsed.GetValue(VersionOption);
        foreach (var line in KeyReport.Lines(key))
        {
            Console.WriteLine($"# {line}");
        }

        if (chosen is not null && key.Versions.All(version => version.Id != chosen))
        {
            throw new StartRefusedException($"--key-version '{Excerpt.Of(chosen)}': the key has no such version");
        }

        if (KeyReport.Witness(key, name, chosen) is not { } witness)
        {
            return 1;
        }

        Console.WriteLine(witness.ActiveKey is null ? "# No version is active below, so it signs nothing yet: choose one with --key-version.\n" : "");
        Console.Write(Attestations.Resources.ResourceYaml.Write(witness));
        return 0;
    }

    private static string Folder(ParseResult parsed) =>
        parsed.GetValue(ResourcesOption) ?? (CloudTools.Settings()["Resources:Path"] is { Length: > 0 } path ? path : "./resources");
}
