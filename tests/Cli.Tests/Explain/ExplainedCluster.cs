using System.Text.Json.Nodes;
using Kritis.Events.Attestations.Log;
using Kritis.Events.Cli.Tests.Testing;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Servers;
using Microsoft.Extensions.DependencyInjection;

namespace Kritis.Events.Cli.Tests.Explain;

/// <summary>Resources and an attestation log as a verifier has them, and <c>kritis explain</c> beside them.</summary>
public sealed class ExplainedCluster : IAsyncLifetime
{
    public const string Host = "registry.example.com";
    public const string Alias = "registry-vpc.example.com";
    private readonly ServerFolder _folder = new("explain");
    private readonly WitnessPair _release = new("release");
    private readonly WitnessPair _qa = new("qa");

    public static string Attested { get; } = Name("app");

    public static string AttestedByBoth { get; } = Name("both");

    public static string SignedByHand { get; } = Name("by-hand");

    public static string Revoked { get; } = Name("withdrawn");

    public static string NotSigned { get; } = Name("unsigned");

    /// <summary>The SHA-256 of the key of <c>release</c>.</summary>
    public string Fingerprint => _release.Public.Fingerprint.ToString();

    public string AttestationId => _release.Attest(Image.Parse(Attested)).Id;

    public Dictionary<string, string> Environment => new()
    {
        ["KRITIS_Resources__Path"] = _folder.File("resources"),
        ["KRITIS_Data__Path"] = _folder.File("data"),
        ["NO_COLOR"] = "",
    };

    public async ValueTask InitializeAsync()
    {
        _folder.Write("resources/all.yaml", $"{_release.Yaml}---\n{_qa.Yaml}---\n{Policies}");
        await using var services = new ServiceCollection().AddAttestationLog(broker: null, _folder.File("data"), "tests").BuildServiceProvider();
        var log = services.GetRequiredService<IAttestationLog>();
        var cancellationToken = TestContext.Current.CancellationToken;
        foreach (var image in new[] { Attested, AttestedByBoth, Revoked })
        {
            await log.AppendAsync(_release.Attest(Image.Parse(image)), cancellationToken);
        }

        await log.AppendAsync(_release.Attest(Image.Parse(SignedByHand), tag: null, eventId: null), cancellationToken);
        await log.AppendAsync(_qa.Attest(Image.Parse(AttestedByBoth), eventId: "e-2"), cancellationToken);
        await log.AppendAsync(_release.Revoke(Image.Parse(Revoked), "bad base image"), cancellationToken);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        _release.Dispose();
        _qa.Dispose();
        return ValueTask.CompletedTask;
    }

    public string File(string name) => _folder.File(name);

    public string Write(string name, string content) => _folder.Write(name, content);

    /// <summary>Explains a manifest of its own.</summary>
    public Task<(int ExitCode, string Output)> ExplainAsync(string manifest, params string[] more) =>
        KritisProcess.RunAsync(_folder.Path, Environment, ["explain", "-f", _folder.Write($"{Guid.NewGuid():n}.yaml", manifest), .. more]);

    public async Task<(int ExitCode, JsonNode Explanation)> ExplainAsJsonAsync(string manifest, params string[] more)
    {
        var (exit, output) = await ExplainAsync(manifest, ["--output", "json", .. more]);
        return (exit, JsonNode.Parse(output) ?? throw new InvalidOperationException(output));
    }

    public static string Pod(string name, string image, string ns = "default", string annotations = "{}") => $$"""
        apiVersion: v1
        kind: Pod
        metadata: { name: {{name}}, namespace: {{ns}}, annotations: {{annotations}} }
        spec: { containers: [{ name: c, image: "{{image}}" }] }

        """;

    private static string Name(string repository) => $"{Host}/team/{repository}@{Digest.Of(System.Text.Encoding.UTF8.GetBytes(repository))}";

    private const string Policies = $$"""
        apiVersion: kritis.events/v1alpha1
        kind: Registry
        metadata: { name: main }
        spec: { host: {{Host}}, aliases: [{{Alias}}] }
        ---
        apiVersion: kritis.events/v1alpha1
        kind: SecurityPolicy
        metadata: { name: default-namespace }
        spec:
          enabled: true
          clusters: ["*"]
          namespaces: [default]
          require: { allOf: [release] }
          exempt: ["registry.k8s.io/pause@*"]
          placeholders: [auto]
          breakGlass: Allow
          enforcement: Enforce
        ---
        apiVersion: kritis.events/v1alpha1
        kind: SecurityPolicy
        metadata: { name: of-release }
        spec: { enabled: true, clusters: ["*"], namespaces: [strict], require: { allOf: [release] }, enforcement: Enforce }
        ---
        apiVersion: kritis.events/v1alpha1
        kind: SecurityPolicy
        metadata: { name: of-qa }
        spec: { enabled: true, clusters: ["*"], namespaces: [strict], require: { allOf: [qa] }, enforcement: Enforce }
        ---
        apiVersion: kritis.events/v1alpha1
        kind: SecurityPolicy
        metadata: { name: trial }
        spec: { enabled: true, clusters: ["*"], namespaces: [trial], require: { allOf: [release] }, enforcement: DryRun }
        ---
        apiVersion: kritis.events/v1alpha1
        kind: SecurityPolicy
        metadata: { name: production }
        spec:
          enabled: true
          clusters: ["*"]
          namespaces: ["team-*"]
          namespaceSelector: { matchLabels: { env: prod } }
          require: { allOf: [release] }
          enforcement: Enforce
        ---
        apiVersion: kritis.events/v1alpha1
        kind: SecurityPolicy
        metadata: { name: elsewhere }
        spec: { enabled: true, clusters: [elsewhere], namespaces: [free], require: { allOf: [qa] }, enforcement: Enforce }
        """;
}
