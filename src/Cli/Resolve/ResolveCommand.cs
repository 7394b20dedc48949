using System.CommandLine;
using System.Text;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Cli.AlibabaCloud;
using Kritis.Events.Contracts;
using Kritis.Events.Signer.AlibabaCloud;
using Kritis.Events.Signer.Registry;

namespace Kritis.Events.Cli.Resolve;

/// <summary><c>kritis resolve FILE.yaml … [--in-place]</c>: tags become digests before a manifest is applied.</summary>
internal static class ResolveCommand
{
    private const string StandardInput = "-";
    private const int MostBytes = 16 * 1024 * 1024;
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

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
        if (inPlace && files.Contains(StandardInput))
        {
            throw new StartRefusedException("--in-place: standard input has no place; leave it out, and the result is printed");
        }

        await using var services = Services();
        var rewriter = new ManifestRewriter(new TagResolver(services.GetRequiredService<DistributionRegistry>(), Resources()));
        var texts = new List<string>();
        foreach (var file in files)
        {
            texts.Add(await rewriter.RewriteAsync(file, await ReadAsync(file, cancellationToken), Console.Error.WriteLine, cancellationToken));
        }

        if (!inPlace)
        {
            // More than one file makes one stream of documents.
            Console.Write(string.Join("---\n", texts.Select(text => texts.Count > 1 && !text.EndsWith('\n') ? text + "\n" : text)));
            return 0;
        }

        foreach (var (file, text) in files.Zip(texts))
        {
            await WriteAsync(file, text, cancellationToken);
        }

        return 0;
    }

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

    private static async Task<string> ReadAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = file == StandardInput ? Console.OpenStandardInput() : File.OpenRead(file);
            var content = new byte[MostBytes + 1];
            var length = await stream.ReadAtLeastAsync(content, content.Length, throwOnEndOfStream: false, cancellationToken);
            return length <= MostBytes
                ? StrictUtf8.GetString(content, 0, length)
                : throw new StartRefusedException($"{file} has more than {MostBytes} bytes");
        }
        catch (DecoderFallbackException)
        {
            throw new StartRefusedException($"{file} is not UTF-8");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException($"{file} cannot be read: {failure.Message}", failure);
        }
    }

    private static async Task WriteAsync(string file, string text, CancellationToken cancellationToken)
    {
        try
        {
            var fresh = $"{file}.{Environment.ProcessId}.tmp";
            await File.WriteAllTextAsync(fresh, text, StrictUtf8, cancellationToken);
            File.Move(fresh, file, overwrite: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException($"{file} cannot be written: {failure.Message}", failure);
        }
    }
}
