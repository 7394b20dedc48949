using System.Text;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Fuzzing.Inputs;

namespace Kritis.Events.Fuzzing.Targets;

/// <summary>
/// The world of all targets: one registry, two witnesses whose private keys nobody has any more, and what they signed while they had them
/// (Corpus/bus). Only <see cref="App"/> and <see cref="Job"/> were ever attested.
/// </summary>
internal static class Known
{
    public const string Host = "registry.example.com";
    public const string Alias = "127.0.0.1:45055";
    public const string Region = "cn-hongkong";
    public const string InstanceId = "cri-q3hfjbvmd0000000";

    public static readonly string App = $"{Host}/team/app@sha256:{new string('a', 64)}";
    public static readonly string Job = $"{Host}/team/job@sha256:{new string('b', 64)}";

    /// <summary>The bodies of the log, forged and genuine, by their file's name: <c>NAME.created.json</c>, <c>NAME.revoked.json</c>.</summary>
    public static IReadOnlyList<(string Name, byte[] Bytes)> Records { get; } =
        [.. Corpus.Files("bus").Where(file => file.Name.EndsWith(".json", StringComparison.Ordinal))];

    public static ConfiguredRegistry Registry { get; } = new() { Name = "main", Host = Host, Aliases = [Alias], Url = new Uri($"https://{Host}") };

    public static ConfiguredRegistry Instance { get; } = new()
    {
        Name = "cloud",
        Host = "kritis-demo-registry.cn-hongkong.cr.aliyuncs.com",
        Url = new Uri("https://kritis-demo-registry.cn-hongkong.cr.aliyuncs.com"),
        Acr = new AcrInstance { InstanceId = InstanceId, Region = Region, Namespaces = ["kritis-*", "shared"] },
    };

    /// <summary>The text of the witnesses' YAML.</summary>
    public static string WitnessYaml { get; } = Encoding.UTF8.GetString(Corpus.Files("bus").Single(file => file.Name == "witnesses.yaml").Bytes);

    public static ResourceSet Resources { get; } = Read();

    private static ResourceSet Read()
    {
        var rule = new SigningRule
        {
            Name = "all",
            Registry = "main",
            Namespace = "*",
            Repositories = ["*"],
            Tags = ["*"],
            Witness = "release",
            Mode = SigningMode.Automatic,
            Attach = false,
        };
        var load = ResourceFiles.Load("/nowhere", new Dictionary<string, byte[]?> { ["witnesses.yaml"] = Encoding.UTF8.GetBytes(WitnessYaml) });
        return load.Resources! with { Registries = [Registry, Instance], Rules = [rule] };
    }
}
