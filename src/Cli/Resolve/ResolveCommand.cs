using System.CommandLine;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Cli.AlibabaCloud;
using Kritis.Events.Cli.Manifests;
using Kritis.Events.Contracts;
using Kritis.Events.Signer.AlibabaCloud;
using Kritis.Events.Signer.Registry;

namespace Kritis.Events.Cli.Resolve;

/// <summary><c>kritis resolve FILE.yaml … [--in-place]</c>: tags become digests before a manifest is applied.</summary>
internal static class ResolveCommand
{
    private static readonly Argument<string[]> FilesArgument = new("FILE")
    {
        Description = "Manifests as YAML or JSON; - for standard input.",
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<bool> InPlaceOption = new("--in-place") { Description = "Write the files anew, all or none, instead of printing them." };

    public static Command Create()
    {
        var command = new Command("resolve", "Puts the digests that tags have now into manifests. Registries and their passwords come from the Registry resources (KRITIS_Resources__Path), others are asked without.")
        {
            FilesArgument, InPlaceOption,
        };
        command.SetAction((parsed, cancellationToken) => CommandRun.Async(
            () => RunAsync(parsed.GetRequiredValue(FilesArgument), parsed.GetValue(InPlaceOption), cancellationToken)));
        return command;
    }

    private static async Task<int> RunAsync(string[] files, bool inPlace, CancellationToken cancellationToken)
    {
        if (inPlace && files.Contains(ManifestFile.StandardInput))
        {
            throw new StartRefusedException("--in-place: standard input has no place; leave it out, and the result is printed");
        }

        await using var services = Services();
        var resources = Resources();
        var rewriter = new ManifestRewriter(new TagResolver(services.GetRequiredService<DistributionRegistry>(), resources), Placeholders(resources));
        var rewritten = new List<(ManifestFile File, string Text)>();
        foreach (var name in files)
        {
            var file = await ManifestFile.ReadAsync(name, cancellationToken);
            rewritten.Add((file, await rewriter.RewriteAsync(file, Console.Error.WriteLine, cancellationToken)));
        }

        if (inPlace)
        {
            await FilesInPlace.WriteAsync(rewritten, cancellationToken);
        }
        else
        {
            Console.Write(OneStream([.. rewritten.Select(one => one.Text)]));
        }

        return 0;
    }

    /// <summary>More than one file makes one stream of documents.</summary>
    private static string OneStream(string[] texts) =>
        string.Join("---\n", texts.Select(text => texts.Length > 1 && !text.EndsWith('\n') ? text + "\n" : text));

    // What a service mesh's injector replaces when the Pod is made, and what else the policies know as such.
    private static HashSet<string> Placeholders(ResourceSet resources) => ["auto", .. resources.Policies.SelectMany(policy => policy.Placeholders)];

    private static ServiceProvider Services() => new ServiceCollection()
        .AddSingleton(CloudTools.Settings())
        .AddLogging()
        .AddMetrics()
        .AddAlibabaCloud(CloudTools.Settings())
        .AddRegistry()
        .BuildServiceProvider();

    private static ResourceSet Resources()
    {
        var folder = CloudTools.Settings()["Resources:Path"];
        if (string.IsNullOrEmpty(folder))
        {
            return ResourceSet.Empty;
        }

        var load = ResourceFiles.Load(folder);
        return load.Resources ?? throw new InvalidResourcesException(folder, load.Problems);
    }
}
