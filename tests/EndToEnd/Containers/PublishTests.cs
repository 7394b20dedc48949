using System.Globalization;
using System.Net;
using System.Reflection.PortableExecutable;
using Kritis.Events.EndToEnd.System;
using Kritis.Events.Servers;

namespace Kritis.Events.EndToEnd.Containers;

/// <summary>
/// The build steps of the Dockerfiles make a service that starts as it does in the container: as nobody in particular, without a home, out of a
/// folder that it cannot write to, with the image's variables. No container engine runs here; the base images are not looked at.
/// </summary>
public class PublishTests(BuildContext context) : IClassFixture<BuildContext>
{
    private const string Nobody = "1654";

    private const string Registry = """
        apiVersion: kritis.events/v1alpha1
        kind: Registry
        metadata: { name: main }
        spec: { host: registry.example.com }
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Signer", "http")]
    [InlineData("Verifier", "https")]
    public async Task The_published_service_is_ready_drains_and_stops(string service, string scheme)
    {
        var file = Dockerfile.Of(service);
        var app = await context.BuildAsync(file, Cancellation);
        using var folder = new ServerFolder("published");
        var address = Installation.Loopback(scheme);
        await using var process = Start(file, app, folder, address);
        using var http = ServiceProcess.ClientOf(address);

        await process.UntilAsync($"{service} is ready", async () => (await Answer(http, "/readyz")).Text == "ready\n", Cancellation);
        UserOf(process.Id).Should().Be(Environment.UserName == "root" ? Nobody : UserOf(Environment.ProcessId));
        IsCompiledAhead(Path.Combine(app, file.Entrypoint[1])).Should().BeTrue();

        process.Signal("TERM");
        await process.UntilAsync("it says that it is about to stop", async () =>
            await Answer(http, "/readyz") is (HttpStatusCode.ServiceUnavailable, var why) && why.Contains("stopping", StringComparison.Ordinal), Cancellation);
        (await Answer(http, "/healthz")).Should().Be((HttpStatusCode.OK, "alive\n"));

        process.Signal("TERM");
        await process.WaitForExitAsync(Cancellation).WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
        process.ExitCode.Should().Be(0, process.Output);
    }

    private static ChildProcess Start(Dockerfile file, string app, ServerFolder folder, Uri address)
    {
        var data = Directory.CreateDirectory(folder.File("data")).FullName;
        BuildContext.LetIn(folder.Path);
        File.SetUnixFileMode(data, (UnixFileMode)0b111_111_111);
        folder.Write("resources/main.yaml", Registry + "\n");
        // The runtime's base image sets the first.
        var environment = new Dictionary<string, string> { ["ASPNETCORE_HTTP_PORTS"] = "8080", ["HOME"] = "/nonexistent" };
        foreach (var (name, value) in file.Environment)
        {
            environment[name] = value;
        }

        file.Environment["KRITIS_Data__Path"].Should().Be("/data").And.Be(file.Environment["TMPDIR"]);
        environment["TMPDIR"] = environment["KRITIS_Data__Path"] = data;
        environment["KRITIS_Resources__Path"] = folder.File("resources");
        environment["KRITIS_urls"] = address.GetLeftPart(UriPartial.Authority);
        environment["KRITIS_Bus__Uri"] = "memory:";
        environment["KRITIS_Intake__Token"] = Installation.Token;
        environment["KRITIS_Shutdown__Drain"] = "00:01:00";
        IEnumerable<string> asNobody = Environment.UserName == "root"
            ? ["setpriv", $"--reuid={Nobody}", $"--regid={Nobody}", "--clear-groups", "--no-new-privs", .. file.Entrypoint]
            : file.Entrypoint;
        return ChildProcess.Start(file.Name, asNobody.First(), asNobody.Skip(1), environment, app);
    }

    private static async Task<(HttpStatusCode Status, string Text)> Answer(HttpClient http, string path)
    {
        using var answer = await http.GetAsync(new Uri(path, UriKind.Relative), Cancellation);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancellation));
    }

    private static string UserOf(int process) =>
        File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/status")).Single(line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[1];

    private static bool IsCompiledAhead(string assembly)
    {
        using var reader = new PEReader(File.OpenRead(assembly));
        return reader.PEHeaders.CorHeader!.ManagedNativeHeaderDirectory.Size > 0;
    }
}
