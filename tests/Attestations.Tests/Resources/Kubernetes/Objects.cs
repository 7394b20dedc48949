using System.Text;
using System.Text.Json;
using Kritis.Events.Attestations.Kubernetes;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Attestations.Resources.Kubernetes;

namespace Kritis.Events.Attestations.Tests.Resources.Kubernetes;

/// <summary>Objects of a cluster as the API server writes them, and what is made of them.</summary>
internal sealed class Objects
{
    private const string Folder = "/etc/kritis/secrets";
    private readonly ClusterInventory _inventory = new(Folder);
    private int _version;

    public Objects()
    {
        foreach (var kind in _inventory.Native.Concat(_inventory.Foreign))
        {
            _ = kind.Apply(new ClusterChange<CustomDocument>.Listed([]));
        }
    }

    public static string Pem => ResourceFolderFixture.PublicKeyPem;

    public ResourceSet Set => ClusterSet.Of(_inventory).Set;

    public IReadOnlyList<ObjectState> States => ClusterSet.Of(_inventory).States;

    public ObjectState StateOf(string name) => States.Should().ContainSingle(state => state.Document.Metadata.Name == name).Which;

    public Objects Registry(string name = "main", string spec = """{"host":"registry.example.com"}""", int age = 0) => Add(ClusterKind.Registries, name, spec, age: age);

    public Objects Witness(string name = "release", string? spec = null) => Add(ClusterKind.Witnesses, name, spec ?? Keys());

    public Objects Rule(string name = "demo", string spec = """{"registry":"main","namespace":"kritis-demo","witness":"release"}""") => Add(ClusterKind.SigningRules, name, spec);

    public Objects Policy(string name = "default", string spec = """{"namespaces":["default"],"require":{"allOf":["release"]}}""") => Add(ClusterKind.SecurityPolicies, name, spec);

    public Objects Authority(string name, string? ns = null, string? pem = null, string annotations = "{}") =>
        Add(ClusterKind.AttestationAuthorities, name,
            $$"""{"noteReference":"namespaces/{{name}}","publicKeyData":"{{Convert.ToBase64String(Encoding.ASCII.GetBytes(pem ?? Pem))}}","publicKeyId":"4a2ef103"}""", ns, annotations: annotations);

    public Objects AttestationPolicy(string ns, string spec, string name = "gap") => Add(ClusterKind.GenericAttestationPolicies, name, spec, ns);

    public Objects Allowlist(string patterns, string name = "allowed", string? ns = null) => Add(ClusterKind.AdmissionAllowlists, name, $$"""{"patterns":{{patterns}}}""", ns);

    public static string Keys(string state = "active", string? pem = null) =>
        $$"""{"keys":[{"kms":"local","keyId":"k","algorithm":"RSA_PKCS1_SHA_256","state":"{{state}}","publicKey":{{JsonSerializer.Serialize(pem ?? Pem)}}}]}""";

    public Objects Add(ClusterKind kind, string name, string spec, string? ns = null, int age = 0, string uid = "1", string annotations = "{}", string status = "{}")
    {
        _ = Apply(kind, new ClusterChange<CustomDocument>.Set(Document(name, spec, ns, age, uid, annotations, status)));
        return this;
    }

    public bool Apply(ClusterKind kind, ClusterChange<CustomDocument> change) =>
        _inventory.Native.Concat(_inventory.Foreign).Single(held => held.Kind == kind).Apply(change);

    public Objects Remove(ClusterKind kind, string name, string? ns = null)
    {
        _ = Apply(kind, new ClusterChange<CustomDocument>.Removed(Document(name, "{}", ns)));
        return this;
    }

    /// <param name="age">How many days older than others it is.</param>
    public CustomDocument Document(string name, string spec, string? ns = null, int age = 0, string uid = "1", string annotations = "{}", string status = "{}", int? generation = null)
    {
        var created = new DateTimeOffset(2026, 11, 20, 0, 0, 0, TimeSpan.Zero).AddDays(-age);
        var place = ns is null ? "" : $"\"namespace\":\"{ns}\",";
        _version++;
        return CustomDocument.Of(JsonDocument.Parse($$"""
            {"apiVersion":"any","kind":"Any",
             "metadata":{"name":"{{name}}",{{place}}"uid":"{{uid}}","resourceVersion":"{{_version}}","generation":{{generation ?? _version}},
               "creationTimestamp":"{{created:yyyy-MM-ddTHH:mm:ssZ}}","managedFields":[{"manager":"kubectl"}],"finalizers":["x"],"annotations":{{annotations}}},
             "spec":{{spec}},"status":{{status}}}
            """, new JsonDocumentOptions { MaxDepth = 20_000 }).RootElement);
    }
}
