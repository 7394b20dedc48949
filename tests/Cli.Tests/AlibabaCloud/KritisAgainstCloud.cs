using Kritis.Events.AlibabaCloud.Emulator;
using Kritis.Events.AlibabaCloud.Emulator.Kms;
using Kritis.Events.AlibabaCloud.Emulator.SecurityCenter;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Servers;

namespace Kritis.Events.Cli.Tests.AlibabaCloud;

/// <summary><c>kritis</c> as a process, with Alibaba Cloud as the emulator plays it, and a folder of resources.</summary>
public sealed class KritisAgainstCloud : IAsyncDisposable
{
    private static readonly string Kritis = Path.Combine(AppContext.BaseDirectory, "kritis.dll");
    private readonly ServerFolder _folder = new("console");

    private KritisAgainstCloud(AlibabaEmulator emulator) => Emulator = emulator;

    public AlibabaEmulator Emulator { get; }

    public string Resources => _folder.File("resources");

    public static async Task<KritisAgainstCloud> StartAsync() => new(await AlibabaEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken));

    /// <summary>A witness in Security Center with a key of its own.</summary>
    public KmsKey HoldWitness(string name, string spec = "RSA_2048", string region = "cn-hongkong", string? remark = null)
    {
        var key = Emulator.Keys.Create(spec, region);
        Emulator.Attestors.Enqueue(new Attestor(name, key.Id, key.LatestVersion, region, remark));
        return key;
    }

    public void HoldPolicy(string name, string witness, string status = "enabled") => Emulator.Policies.Enqueue(new BinarySecurityPolicy
    {
        Name = name,
        Status = status,
        Clusters = [new PolicyCluster("c8b2f0a1e3d44", "default")],
        RequiredAttestors = [witness],
    });

    public void WriteResource(string file, string content) => _folder.Write(Path.Combine("resources", file), content);

    public string ReadResource(string file) => File.ReadAllText(Path.Combine(Resources, file));

    /// <summary>The folder as a service reads it.</summary>
    public ResourceSet Load()
    {
        var load = ResourceFiles.Load(Resources);
        return load.Resources ?? throw new InvalidOperationException(string.Join('\n', load.Problems));
    }

    public Task<(int ExitCode, string Output)> ImportAsync(params string[] more) =>
        RunAsync(["import", "security-center", "--output", Resources, .. more]);

    public async Task<(int ExitCode, string Output)> RunAsync(params string[] arguments)
    {
        var environment = new Dictionary<string, string>
        {
            ["KRITIS_AlibabaCloud__Endpoints__Kms"] = Emulator.Url.ToString(),
            ["KRITIS_AlibabaCloud__Endpoints__SecurityCenter"] = Emulator.Url.ToString(),
            ["KRITIS_AlibabaCloud__CallDeadline"] = "00:00:02",
            ["KRITIS_Resources__Path"] = Resources,
            ["ALIBABA_CLOUD_ACCESS_KEY_ID"] = Emulator.Options.AccessKeyId,
            ["ALIBABA_CLOUD_ACCESS_KEY_SECRET"] = Emulator.Options.AccessKeySecret,
        };
        await using var child = ChildProcess.Start("kritis", "dotnet", [Kritis, .. arguments], environment, _folder.Path);
        await child.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (child.ExitCode, child.Output);
    }

    public async ValueTask DisposeAsync()
    {
        await Emulator.DisposeAsync();
        _folder.Dispose();
    }
}
