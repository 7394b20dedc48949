using Kritis.Events.Cli.Tests.EmbeddedRegistry;
using Kritis.Events.Servers;
using OciLayout = Kritis.Events.Cli.Tests.EmbeddedRegistry.OciLayout;
using Skopeo = Kritis.Events.Cli.Tests.EmbeddedRegistry.Skopeo;

namespace Kritis.Events.Cli.Tests.Resolve;

/// <summary><c>kritis resolve</c> as a person runs it, against a real registry.</summary>
public sealed class ResolveTests : IAsyncLifetime
{
    private static readonly string Kritis = Path.Combine(AppContext.BaseDirectory, "kritis.dll");
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
    [InlineData("containers:\n- image: {{ .Values.image }}:x\n", "m.yaml", "this is not YAML")]
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
        await using var child = ChildProcess.Start("kritis", "dotnet", [Kritis, "resolve", _folder.File("nope.yaml")]);
        await child.WaitForExitAsync(TestContext.Current.CancellationToken);

        child.ExitCode.Should().Be(1);
        child.Output.Should().Contain("nope.yaml cannot be read");
    }

    private async Task<(int ExitCode, string Output)> ResolveAsync(string manifest, params string[] more)
    {
        _folder.Write("m.yaml", manifest);
        await using var child = ChildProcess.Start("kritis", "dotnet", [Kritis, "resolve", "m.yaml", .. more], folder: _folder.Path);
        await child.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (child.ExitCode, child.Output);
    }
}
