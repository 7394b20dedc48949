using Kritis.Events.EndToEnd.System;
using Kritis.Events.Servers;

namespace Kritis.Events.EndToEnd;

/// <summary>Services that are set up wrongly say so in plain lines and do not start.</summary>
public class StartTests
{
    private const string Registry = """
        apiVersion: kritis.events/v1alpha1
        kind: Registry
        metadata: { name: main }
        spec: { host: registry.example.com }
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Signer", "", "http://127.0.0.1:0", Registry, "Bus:Uri is missing; expected amqp://")]
    [InlineData("Verifier", "", "https://127.0.0.1:0", Registry, "Bus:Uri is missing; expected amqp://")]
    [InlineData("Signer", "memory:", "http://0.0.0.0:0", Registry, "Intake:Token")]
    [InlineData("Signer", "memory:", "http://127.0.0.1:0", "kind: Registry", "a.yaml:1: document: 'apiVersion' is missing")]
    [InlineData("Verifier", "memory:", "https://127.0.0.1:0", "kind: Registry", "a.yaml:1: document: 'apiVersion' is missing")]
    [InlineData("Verifier", "memory:", "https://127.0.0.1:0", "# nothing", "the folder holds no resource")]
    public async Task A_wrong_setting_or_folder_stops_the_service_with_its_reason(string service, string bus, string urls, string resources, string expected)
    {
        await RefusesAsync(service, resources, expected, new Dictionary<string, string> { ["KRITIS_Bus__Uri"] = bus, ["KRITIS_urls"] = urls });
    }

    [Theory]
    [InlineData("Signer", "Signing__Attempts", "many", "Signing:Attempts")]
    [InlineData("Signer", "Signing__Attempts", "0", "Signing:Attempts is 0; expected 1 to 100")]
    [InlineData("Signer", "Signing__FirstPause", "-00:00:01", "Signing:FirstPause is not between zero and Signing:LongestPause")]
    [InlineData("Signer", "Intake__MaxBodyBytes", "large", "Intake:MaxBodyBytes")]
    [InlineData("Verifier", "Admission__MaxBodyBytes", "8 MiB", "Admission:MaxBodyBytes is '8 MiB'")]
    [InlineData("Verifier", "Tls__CertificateFile", "/missing.pem", "Tls:")]
    public async Task A_value_of_the_wrong_kind_stops_the_service_with_its_key(string service, string setting, string value, string expected) =>
        await RefusesAsync(service, Registry, expected, new Dictionary<string, string>
        {
            ["KRITIS_Bus__Uri"] = "memory:",
            ["KRITIS_urls"] = service == "Signer" ? "http://127.0.0.1:0" : "https://127.0.0.1:0",
            ["KRITIS_" + setting] = value,
        });

    private static async Task RefusesAsync(string service, string resources, string expected, Dictionary<string, string> settings)
    {
        using var folder = new ServerFolder("start");
        folder.Write("resources/a.yaml", resources + "\n");
        settings["KRITIS_Resources__Path"] = folder.File("resources");
        settings["KRITIS_Data__Path"] = folder.File("data");
        await using var process = ChildProcess.Start(service, "dotnet", [Installation.Assembly(service)], settings);

        await process.WaitForExitAsync(Cancellation).WaitAsync(TimeSpan.FromSeconds(60), Cancellation);

        process.ExitCode.Should().Be(1, process.Output);
        await Eventually.Async("the reason is told", () => process.Output.Contains(expected), Cancellation, () => process.Output);
        process.Output.Should().NotContain("   at ");
    }
}
