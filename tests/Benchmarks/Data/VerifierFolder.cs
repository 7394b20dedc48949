using Kritis.Events.Attestations.Resources;
using Kritis.Events.Servers;
using Kritis.Events.Verifier.Tls.Own;

namespace Kritis.Events.Benchmarks.Data;

/// <summary>What a verifier is started with: resources, a certificate and a data folder with a log in it.</summary>
internal sealed class VerifierFolder : IDisposable
{
    private readonly ServerFolder _folder = new("benchmark");

    public VerifierFolder(Witness witness, int otherPolicies)
    {
        _ = _folder.Write("resources/witness.yaml", ResourceYaml.Write(witness));
        foreach (var policy in BenchmarkPolicies.Among(otherPolicies))
        {
            _ = _folder.Write($"resources/policy-{policy.Name}.yaml", ResourceYaml.Write(policy));
        }

        var needs = new CertificateNeeds(["localhost", "127.0.0.1"], TimeSpan.FromDays(1));
        _ = new OwnCertificate(_folder.File("tls"), needs).LoadOrMake(TimeProvider.System.GetUtcNow());
    }

    /// <summary>Names a registry; a verifier reads its name and never calls it.</summary>
    public void WriteRegistry(string host, Uri url) =>
        _folder.Write("resources/registry.yaml", ResourceYaml.Write(new ConfiguredRegistry { Name = "main", Host = host, Url = url }));

    public string CertificateFile => _folder.File("tls/tls.crt");

    public string KeyFile => _folder.File("tls/tls.key");

    /// <summary>The settings of a verifier on a log; each gets a data folder of its own.</summary>
    /// <param name="name">The data folder's name.</param>
    /// <param name="log">The SQLite file to read; null for an empty log.</param>
    public Dictionary<string, string> Settings(string name, string? log)
    {
        var data = Directory.CreateDirectory(_folder.File(name)).FullName;
        if (log is not null)
        {
            _ = System.IO.File.CreateSymbolicLink(Path.Combine(data, "attestations.db"), log);
        }

        return new Dictionary<string, string>
        {
            ["Bus:Uri"] = "memory:",
            ["Resources:Path"] = _folder.File("resources"),
            ["Data:Path"] = data,
            ["Tls:CertificateFile"] = CertificateFile,
            ["Tls:KeyFile"] = KeyFile,
        };
    }

    public string File(string name) => _folder.File(name);

    public string Make(string name) => Directory.CreateDirectory(_folder.File(name)).FullName;

    public void Dispose() => _folder.Dispose();
}
