using System.Globalization;
using Kritis.Events.Servers;

namespace Kritis.Events.Cli.Tests.Up;

/// <summary><c>kritis</c> as a person runs it: a process, its output, its exit code.</summary>
public class EmbeddedSystemTests
{
    private static readonly string Kritis = Path.Combine(AppContext.BaseDirectory, "kritis.dll");
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_demo_tells_the_acceptance_story_and_ends_with_0()
    {
        var told = await ChildProcess.RunAsync("dotnet", [Kritis, "demo"], Cancellation);

        told.Should().ContainAll(
            "denied the request: image alpine:3.11 is not attested  ✓",
            "denied the request: image alpine@sha256:ddba4d27a7ffc3f86dd6c2f92041af252a1f23a8e742c90e6e1297bfa1bc0c45 is not attested  ✓",
            "deployment.apps/is-signed created  ✓",
            "8 of 8 answers were right.");
        told.Should().NotContain("✗");
    }

    /// <summary>The inodes that a process watches (proc(5), <c>/proc/pid/fdinfo</c>).</summary>
    private static IEnumerable<long> Watched(int process) =>
        from file in Directory.GetFiles($"/proc/{process}/fdinfo")
        from line in File.ReadLines(file)
        where line.StartsWith("inotify ", StringComparison.Ordinal)
        select long.Parse(line.Split("ino:")[1].Split(' ')[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static async Task<long> InodeAsync(string path) =>
        long.Parse(await ChildProcess.RunAsync("stat", ["-c", "%i", path], Cancellation), CultureInfo.InvariantCulture);

    [Fact]
    public async Task Up_signs_a_real_push_stops_cleanly_and_finds_its_keys_and_attestations_again()
    {
        using var folder = new ServerFolder("up");
        var (registry, signer, verifier) = (FreePorts.Next(), FreePorts.Next(), FreePorts.Next());
        string[] arguments =
        [
            Kritis, "up", "--data", folder.File("data"), "--resources", folder.File("resources"),
            "--registry-port", $"{registry}", "--signer-port", $"{signer}", "--verifier-port", $"{verifier}",
        ];
        using var layout = OciLayout.Image("kritis up");

        var current = Directory.CreateDirectory(folder.File("current")).FullName;
        await using (var first = ChildProcess.Start("up", "dotnet", arguments, folder: current))
        {
            await Eventually.Async("kritis is up", () => first.Output.Contains("Ctrl-C stops it"), Cancellation, () => first.Output);
            Watched(first.Id).Should().NotContain(await InodeAsync(current), "it would watch whatever large folder it is started in, and everything below");
            first.Output.Should().ContainAll($"127.0.0.1:{registry}/kritis-demo/", $"https://127.0.0.1:{verifier}/validate", folder.File("resources"), "BEGIN PUBLIC KEY");
            await Skopeo.PushAsync(layout, $"127.0.0.1:{registry}/kritis-demo/app:1", Cancellation);
            await Eventually.Async("the push and the signature are shown",
                () => first.Output.Contains($"attested  127.0.0.1:{registry}/kritis-demo/app@{layout.Digest}") && first.Output.Contains("pushed    "), Cancellation, () => first.Output);
            first.Signal("INT");
            await first.WaitForExitAsync(Cancellation).WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
            first.ExitCode.Should().Be(0, first.Output);
        }

        var key = await File.ReadAllTextAsync(folder.File("data/keys/local.pem"), Cancellation);
        await using var second = ChildProcess.Start("up", "dotnet", arguments);
        await Eventually.Async("kritis is up again and knows the image", () => second.Output.Contains("1 images known from before"), Cancellation, () => second.Output);
        (await File.ReadAllTextAsync(folder.File("data/keys/local.pem"), Cancellation)).Should().Be(key);
        File.GetUnixFileMode(folder.File("data/keys/local.pem")).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Theory]
    [InlineData("no such Witness resource", "sign", "registry.example.com/a/b@sha256:0000000000000000000000000000000000000000000000000000000000000000", "--witness", "nobody")]
    [InlineData("names no digest; a tag can be moved", "sign", "registry.example.com/a/b:1", "--witness", "local")]
    [InlineData("no Registry resource names the host docker.io", "sign", "alpine@sha256:0000000000000000000000000000000000000000000000000000000000000000", "--witness", "local")]
    [InlineData("is not an image", "revoke", "UPPER/case@sha256:00", "--witness", "local", "--reason", "x")]
    [InlineData("--reason: expected 1 to 400 characters", "revoke", "a.example/b@sha256:00", "--witness", "local", "--reason", " ")]
    public async Task What_cannot_be_done_is_told_in_a_line(string expected, params string[] arguments)
    {
        using var folder = new ServerFolder("sign");
        folder.Write("resources/a.yaml", """
            apiVersion: kritis.events/v1alpha1
            kind: Registry
            metadata: { name: main }
            spec: { host: registry.example.com }
            """);
        await using var kritis = ChildProcess.Start("kritis", "dotnet", [Kritis, .. arguments], new Dictionary<string, string>
        {
            ["KRITIS_Resources__Path"] = folder.File("resources"),
            ["KRITIS_Data__Path"] = folder.File("data"),
        });

        await kritis.WaitForExitAsync(Cancellation);

        kritis.ExitCode.Should().Be(1);
        await Eventually.Async("it is told", () => kritis.Output.Contains(expected), Cancellation, () => kritis.Output);
        kritis.Output.Should().NotContain("   at ");
    }
}
