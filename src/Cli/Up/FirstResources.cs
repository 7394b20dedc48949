using Kritis.Events.Attestations.Keys;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts;
using Kritis.Events.Signer.Kms;

namespace Kritis.Events.Cli.Up;

/// <summary>
/// The resources of a first start: a witness with a new local RSA-2048 key, a rule for the namespace <c>kritis-demo</c>, a policy for
/// the namespace <c>default</c>. What exists is never touched.
/// </summary>
internal static class FirstResources
{
    public const string Witness = "local";
    public const string SignedNamespace = "kritis-demo";

    public static void Prepare(EmbeddedOptions options)
    {
        _ = Directory.CreateDirectory(options.DataPath);
        _ = Directory.CreateDirectory(options.ResourcesPath);
        if (Directory.EnumerateFiles(options.ResourcesPath, "*.y*ml").Any())
        {
            return;
        }

        var key = CreateKey(options.DataPath);
        var registry = new ConfiguredRegistry
        {
            Name = "embedded",
            Host = options.Ports.RegistryHost,
            Aliases = [$"localhost:{options.Ports.Registry}"],
            Url = new Uri($"http://{options.Ports.RegistryHost}"),
        };
        Write(options, "registry.yaml", ResourceYaml.Write(registry));
        Write(options, "witness.yaml", ResourceYaml.Write(new Witness { Name = Witness, Keys = [key] }));
        Write(options, "signing-rule.yaml", ResourceYaml.Write(new SigningRule
        {
            Name = SignedNamespace,
            Registry = registry.Name,
            Namespace = SignedNamespace,
            Repositories = ["*"],
            Tags = ["*"],
            Witness = Witness,
            Mode = SigningMode.Automatic,
            Attach = true,
        }));
        Write(options, "security-policy.yaml", ResourceYaml.Write(new SecurityPolicy
        {
            Name = "default-namespace",
            Enabled = true,
            Clusters = ["*"],
            Namespaces = ["default"],
            Witnesses = [Witness],
            AtLeast = 1,
            Enforcement = Enforcement.Enforce,
        }));
    }

    private static WitnessKey CreateKey(string dataPath)
    {
        var publicKey = LocalKeyFile.Create(Path.Combine(dataPath, "keys", Witness + ".pem"), SignatureAlgorithm.RsaPkcs1Sha256);
        return new WitnessKey { Kms = "local", KeyId = Witness, State = KeyState.Active, PublicKey = publicKey };
    }

    private static void Write(EmbeddedOptions options, string name, string yaml)
    {
        try
        {
            File.WriteAllText(Path.Combine(options.ResourcesPath, name), yaml);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException($"Resources:Path {options.ResourcesPath} cannot be written: {failure.Message}", failure);
        }
    }
}
