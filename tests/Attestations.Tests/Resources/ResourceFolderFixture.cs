using System.Security.Cryptography;

namespace Kritis.Events.Attestations.Tests.Resources;

/// <summary>A folder of resources to write to, and texts of valid ones.</summary>
internal sealed class ResourceFolderFixture : IDisposable
{
    private static readonly Lazy<string> Pem = new(NewPublicKeyPem);
    private static readonly Lazy<string> OtherPem = new(NewPublicKeyPem);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kritis-resources-");

    public static string PublicKeyPem => Pem.Value;

    /// <summary>Another key than <see cref="PublicKeyPem"/>.</summary>
    public static string OtherPublicKeyPem => OtherPem.Value;

    public string Path => _folder.FullName;

    public static string Registry(string name = "main", string host = "registry.example.com", string more = "") =>
        $"apiVersion: kritis.events/v1alpha1\nkind: Registry\nmetadata: {{ name: {name} }}\nspec:\n  host: {host}\n{more}";

    public static string Witness(string name = "release", string state = "active", string? pem = null) =>
        $"apiVersion: kritis.events/v1alpha1\nkind: Witness\nmetadata: {{ name: {name} }}\nspec:\n  keys:\n" +
        $"    - kms: local\n      keyId: {name}\n      algorithm: RSA_PKCS1_SHA_256\n      state: {state}\n      publicKey: |\n" +
        string.Concat((pem ?? PublicKeyPem).Split('\n').Select(line => $"        {line}\n"));

    public static string Rule(string spec = "registry: main, namespace: kritis-demo, witness: release") =>
        $"apiVersion: kritis.events/v1alpha1\nkind: SigningRule\nmetadata: {{ name: demo }}\nspec: {{ {spec} }}\n";

    public static string Policy(string spec = "namespaces: [default], require: { allOf: [release] }", string name = "default-namespace") =>
        $"apiVersion: kritis.events/v1alpha1\nkind: SecurityPolicy\nmetadata: {{ name: {name} }}\nspec: {{ {spec} }}\n";

    public static string Valid => string.Join("---\n", Registry(), Witness(), Rule(), Policy());

    public ResourceFolderFixture Write(string file, string content)
    {
        File.WriteAllText(System.IO.Path.Combine(Path, file), content);
        return this;
    }

    public ResourceFolderFixture Write(string file, byte[] content)
    {
        File.WriteAllBytes(System.IO.Path.Combine(Path, file), content);
        return this;
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static string NewPublicKeyPem()
    {
        using var key = RSA.Create(2048);
        return key.ExportSubjectPublicKeyInfoPem();
    }
}
