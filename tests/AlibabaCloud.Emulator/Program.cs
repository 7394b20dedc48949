using System.Globalization;
using Kritis.Events.AlibabaCloud.Emulator.SecurityCenter;

namespace Kritis.Events.AlibabaCloud.Emulator;

/// <summary>Runs the emulator by hand: <c>dotnet run --project tests/AlibabaCloud.Emulator -- [PORT]</c>.</summary>
internal static class Program
{
    private const int DefaultPort = 5090;

    public static async Task<int> Main(string[] args)
    {
        var port = DefaultPort;
        if (args.Length > 0 && !int.TryParse(args[0], NumberStyles.None, CultureInfo.InvariantCulture, out port))
        {
            await Console.Error.WriteLineAsync($"'{args[0]}' is no port");
            return 2;
        }

        await using var emulator = await AlibabaEmulator.StartAsync(new EmulatorOptions { Port = port });
        var key = emulator.Keys.Create(alias: "alias/release");
        emulator.Attestors.Enqueue(new Attestor("release", key.Id, key.LatestVersion, key.Region, "made by the emulator"));
        emulator.Policies.Enqueue(new BinarySecurityPolicy { Name = "default-namespace", Clusters = [new PolicyCluster("default", "default")], RequiredAttestors = ["release"] });
        var url = emulator.Url.GetLeftPart(UriPartial.Authority);
        Console.WriteLine($"""
            Alibaba Cloud, emulated: {url}
            access key {emulator.Options.AccessKeyId}, secret {emulator.Options.AccessKeySecret}, {emulator.Options.SignaturesPerSecond} signatures a second
            key {key.Id} (alias/release), version {key.LatestVersion}, {key.Spec} in {key.Region}
            Security Center: witness release, policy default-namespace

            KRITIS_AlibabaCloud__AccessKeyId={emulator.Options.AccessKeyId}
            KRITIS_AlibabaCloud__AccessKeySecret={emulator.Options.AccessKeySecret}
            KRITIS_AlibabaCloud__Endpoints__Kms={url}
            KRITIS_AlibabaCloud__Endpoints__ContainerRegistry={url}
            KRITIS_AlibabaCloud__Endpoints__SecurityCenter={url}
            KRITIS_AlibabaCloud__Endpoints__Sts={url}
            KRITIS_AlibabaCloud__Endpoints__Metadata={url}

            {key.PublicKeyOf(key.LatestVersion)}
            Ctrl-C ends it.
            """);
        await emulator.WaitAsync(CancellationToken.None);
        return 0;
    }
}
