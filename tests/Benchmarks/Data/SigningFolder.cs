using Kritis.Events.Attestations.Keys;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Servers;
using Kritis.Events.Signer.Kms;

namespace Kritis.Events.Benchmarks.Data;

/// <summary>What signers and verifiers are started with: resources for one registry, and a data folder for each.</summary>
internal sealed class SigningFolder : IDisposable
{
    public const string Token = "0123456789abcdef0123456789abcdef";
    public const string Namespace = "kritis-demo";
    private const string KeyFile = $"keys/{BenchmarkPolicies.WitnessName}.pem";
    private static readonly TimeSpan WaitForAttestation = TimeSpan.FromSeconds(5);
    private readonly ServerFolder _folder = new("signing");

    /// <summary>Makes an RSA-2048 key that each signer finds in its data folder.</summary>
    public WitnessKey MakeLocalKey() => new()
    {
        Kms = "local",
        KeyId = BenchmarkPolicies.WitnessName,
        State = KeyState.Active,
        PublicKey = LocalKeyFile.Create(_folder.File(KeyFile), SignatureAlgorithm.RsaPkcs1Sha256),
    };

    /// <summary>The settings of one service; its data folder is new.</summary>
    /// <param name="name">The data folder's name.</param>
    /// <param name="broker">The broker.</param>
    public Dictionary<string, string> Settings(string name, Uri broker)
    {
        var data = Directory.CreateDirectory(_folder.File(name)).FullName;
        if (File.Exists(_folder.File(KeyFile)))
        {
            _ = Directory.CreateDirectory(Path.Combine(data, "keys"));
            File.Copy(_folder.File(KeyFile), Path.Combine(data, KeyFile));
        }

        return new Dictionary<string, string>
        {
            ["Bus:Uri"] = broker.ToString(),
            ["Resources:Path"] = _folder.File("resources"),
            ["Data:Path"] = data,
            ["Intake:Token"] = Token,
        };
    }

    /// <summary>Writes the resources: what is pushed to the registry is signed by the key, and admitted then.</summary>
    public void WriteResources(string registry, WitnessKey key)
    {
        _ = _folder.Write("resources/registry.yaml", ResourceYaml.Write(new ConfiguredRegistry
        {
            Name = "main",
            Host = registry,
            Url = new Uri($"http://{registry}"),
        }));
        _ = _folder.Write("resources/witness.yaml", ResourceYaml.Write(new Witness { Name = BenchmarkPolicies.WitnessName, Keys = [key] }));
        _ = _folder.Write("resources/rule.yaml", ResourceYaml.Write(new SigningRule
        {
            Name = "everything",
            Registry = "main",
            Namespace = Namespace,
            Repositories = ["*"],
            Tags = ["*"],
            Witness = BenchmarkPolicies.WitnessName,
            Mode = SigningMode.Automatic,
            Attach = false,
        }));
        _ = _folder.Write("resources/policy.yaml", ResourceYaml.Write(BenchmarkPolicies.Among(0)[0] with { WaitForAttestation = WaitForAttestation }));
    }

    public void Dispose() => _folder.Dispose();
}
