using Kritis.Events.Cli.Tests.EmbeddedRegistry;
using Kritis.Events.Servers;
using OciLayout = Kritis.Events.Cli.Tests.EmbeddedRegistry.OciLayout;
using Skopeo = Kritis.Events.Cli.Tests.EmbeddedRegistry.Skopeo;

namespace Kritis.Events.Cli.Tests.Resolve;

/// <summary><c>kritis resolve</c> as a person runs it, against a real registry.</summary>
public sealed class ResolveTests : IAsyncLifetime
{
    private readonly ServerFolder _folder = new("resolve");
    private RegistryServer? _registry;
    private string _digest = "";

    private string Host => _registry!.Address.Authority;

    public async ValueTask InitializeAsync()
    {
        _registry = await RegistryServer.StartAsync();
        using var layout = new Folder();
        _digest = OciLayout.WriteImage(layout.Path, "1.0", "resolve");
        foreach (var tag in (string[])["1.0", "latest"])
        {
            await Skopeo.RunAsync("copy", "--dest-tls-verify=false", $"oci:{layout.Path}:1.0", $"docker://{Host}/kritis-demo/app:{tag}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _registry!.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Tags_become_digests_and_nothing_else_changes()
    {
        var manifest = $"""
            # A comment that stays
            apiVersion: apps/v1
            kind: Deployment
            metadata: {"{"} name: web, annotations: {"{"} image: "not/an:image" {"}"} {"}"}
            spec:
              template:
                spec:
                  initContainers:
                  - {"{"}name: "init",   image: '{Host}/kritis-demo/app:1.0'{"}"}
                  containers:
                  - name: web
                    image: {Host}/kritis-demo/app   # latest
                  - image: "{Host}/kritis-demo/app:1.0"
                    name: ü
                  - name: pinned
                    image: {Host}/kritis-demo/app@{_digest}
                  - name: istio-proxy
                    image: auto
            ---
            apiVersion: batch/v1
            kind: CronJob
            spec: {"{"} jobTemplate: {"{"} spec: {"{"} template: {"{"} spec: {"{"} containers: [{"{"} image: {Host}/kritis-demo/app:1.0 {"}"}] {"}"} {"}"} {"}"} {"}"} {"}"}

            """;

        var (exit, output) = await ResolveAsync(manifest, "--in-place");

        exit.Should().Be(0, output);
        var expected = manifest.Replace("kritis-demo/app:1.0", $"kritis-demo/app@{_digest}", StringComparison.Ordinal)
            .Replace("kritis-demo/app   # latest", $"kritis-demo/app@{_digest}   # latest", StringComparison.Ordinal);
        File.ReadAllText(_folder.File("m.yaml")).Should().Be(expected);
        output.Should().ContainAll("m.yaml:12", $"kritis-demo/app:1.0 is {Host}/kritis-demo/app@{_digest}", "auto is left");
    }

    [Fact]
    public async Task Anchors_merges_and_JSON_stay_what_they_are()
    {
        var manifest = $"""
            base: &base {"{"} image: &app {Host}/kritis-demo/app:1.0 {"}"}
            containers:
            - <<: *base
              name: one
            - image: *app
              name: two
            ---
            {"{"}"kind":"Pod","spec":{"{"}"ephemeralContainers":[{"{"}"image":"{Host}/kritis-demo/app:1.0"{"}"}]{"}"}{"}"}
            """;

        var (exit, output) = await ResolveAsync(manifest, "--in-place");

        exit.Should().Be(0, output);
        File.ReadAllText(_folder.File("m.yaml")).Should().Be(manifest.Replace("kritis-demo/app:1.0", $"kritis-demo/app@{_digest}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_place_and_every_way_of_writing_an_image_is_found_and_all_else_stays_byte_for_byte()
    {
        var manifest = $$"""
            \uFEFF# 😀 marks, line ends and all
            apiVersion: v1
            kind: List
            items:
            - kind: Pod
              spec:
                volumes:
                - { name: v, image: { reference: "HOST/kritis-demo/app:1.0", pullPolicy: Always } }
                - { name: w, emptyDir: {} }
                ephemeralContainers:
                - image: >-
                    HOST/kritis-demo/app:1.0
                - image: &q "HOST/kritis-demo/app:1.0"   # quoted, with an anchor
                - image: !!str HOST/kritis-demo/app:1.0
                - image: &p
                    HOST/kritis-demo/app:1.0
                - { image: *p, name: auto }
                - "image": 'HOST/kritis-demo/app:1.0'
                - image:
                - image: ~
            - kind: Rollout
              spec: { template: { spec: { containers: [{"image":"HOST/kritis-demo/app:1.0"}, { image: sidecar-goes-here }] } } }
            - kind: ConfigMap
              data: { image: "HOST/kritis-demo/app:1.0", containers: "- image: HOST/kritis-demo/app:1.0" }
            """.Replace("\\uFEFF", "\uFEFF", StringComparison.Ordinal).Replace("\n", "\r\n", StringComparison.Ordinal).Replace("HOST", Host, StringComparison.Ordinal);
        var policy = _folder.Write("resources/policy.yaml", """
            apiVersion: kritis.events/v1alpha1
            kind: SecurityPolicy
            metadata: { name: p }
            spec: { enabled: true, clusters: ["*"], namespaces: ["*"], require: { allOf: [release] }, placeholders: [auto, sidecar-goes-here], enforcement: Enforce }
            ---

            """);
        using var witness = new Testing.WitnessPair("release");
        File.AppendAllText(policy, witness.Yaml);

        var (exit, output) = await ResolveAsync(manifest, "--in-place");

        exit.Should().Be(0, output);
        var split = manifest.IndexOf("- kind: ConfigMap", StringComparison.Ordinal);
        System.Text.Encoding.UTF8.GetString(File.ReadAllBytes(_folder.File("m.yaml"))).Should().Be(
            manifest[..split].Replace("kritis-demo/app:1.0", $"kritis-demo/app@{_digest}", StringComparison.Ordinal) + manifest[split..]);
        output.Should().Contain("sidecar-goes-here is left");
    }

    [Fact]
    public async Task An_image_that_is_written_with_escapes_keeps_its_anchor()
    {
        var (exit, output) = await ResolveAsync($"containers: [{{ image: &a \"{Host}/kritis-demo/app\\x3a1.0\" }}, {{ image: *a }}]");

        exit.Should().Be(0, output);
        output.Should().Contain($"containers: [{{ image: &a \"{Host}/kritis-demo/app@{_digest}\" }}, {{ image: *a }}]");
    }

    [Fact]
    public async Task Of_several_files_all_are_written_or_none_and_links_and_modes_stay()
    {
        var good = _folder.Write("good.yaml", $"containers: [{{ image: {Host}/kritis-demo/app:1.0 }}]");
        File.SetUnixFileMode(good, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.CreateSymbolicLink(_folder.File("link.yaml"), good);
        var before = File.ReadAllText(good);

        (await ResolveAsync("containers: [{ image: '-' }]", "good.yaml", "--in-place")).ExitCode.Should().Be(1);
        File.ReadAllText(good).Should().Be(before);

        (await ResolveAsync("containers: []", "link.yaml", "--in-place")).ExitCode.Should().Be(0);
        File.ReadAllText(good).Should().Contain(_digest);
        new FileInfo(_folder.File("link.yaml")).LinkTarget.Should().Be(good);
        File.GetUnixFileMode(good).Should().HaveFlag(UnixFileMode.UserExecute);
        Directory.GetFiles(_folder.Path, "*.tmp").Should().BeEmpty();
    }

    [Fact]
    public async Task Without_in_place_the_result_is_printed_and_the_file_stays()
    {
        var manifest = $"containers: [{{ image: {Host}/kritis-demo/app:1.0 }}]\n";

        var (exit, output) = await ResolveAsync(manifest);

        exit.Should().Be(0, output);
        output.Should().Contain($"containers: [{{ image: {Host}/kritis-demo/app@{_digest} }}]");
        File.ReadAllText(_folder.File("m.yaml")).Should().Be(manifest);
    }

    [Theory]
    [InlineData("containers: [{ image: HOST/kritis-demo/app:nope }]", "m.yaml:1: ", "cannot be resolved")]
    [InlineData("a: 1\ncontainers:\n- image: HOST/kritis-demo/app:1.0\n- image: 'Not An Image'", "m.yaml:4: Not An Image", "is not an image")]
    [InlineData("a: [1", "m.yaml:", "this is not YAML")]
    [InlineData("containers: [{ image: 5 }]", "m.yaml:1", "5 is no text for Kubernetes")]
    [InlineData("containers:\n- image: |\n    HOST/kritis-demo/app:1.0\n", "m.yaml:2", "is not an image")]
    [InlineData("a: &a [*a]\ncontainers: [{ image: HOST/kritis-demo/app:nope }]", "m.yaml:2", "cannot be resolved")]
    [InlineData("containers:\n- image: {{ .Values.image }}:x\n", "m.yaml:2", "if this is a template, render it first")]
    [InlineData("containers: [{ image: 127.0.0.1:1/kritis-demo/app:1.0 }]", "m.yaml:1", "cannot be resolved")]
    public async Task What_cannot_be_resolved_is_told_with_file_and_line_and_nothing_is_written(string manifest, string where, string told)
    {
        var text = manifest.Replace("HOST", Host, StringComparison.Ordinal);

        var (exit, output) = await ResolveAsync(text, "--in-place");

        exit.Should().Be(1, output);
        output.Should().ContainAll(where, told).And.NotContain("   at ");
        File.ReadAllText(_folder.File("m.yaml")).Should().Be(text);
    }

    [Fact]
    public async Task A_missing_file_is_told()
    {
        var (exit, output) = await Testing.KritisProcess.RunAsync(_folder.Path, new Dictionary<string, string>(), "resolve", _folder.File("nope.yaml"));

        exit.Should().Be(1);
        output.Should().Contain("nope.yaml cannot be read");
    }

    [Fact]
    public async Task Brackets_without_end_are_refused_and_end_nothing_else()
    {
        var (exit, output) = await ResolveAsync("containers: " + new string('[', 200_000));

        exit.Should().Be(1, output);
        output.Should().Contain("more than 100 levels").And.NotContain("   at ");
    }

    private async Task<(int ExitCode, string Output)> ResolveAsync(string manifest, params string[] more)
    {
        _folder.Write("m.yaml", manifest);
        var environment = Directory.Exists(_folder.File("resources"))
            ? new Dictionary<string, string> { ["KRITIS_Resources__Path"] = _folder.File("resources") }
            : [];
        return await Testing.KritisProcess.RunAsync(_folder.Path, environment, ["resolve", "m.yaml", .. more]);
    }
}
