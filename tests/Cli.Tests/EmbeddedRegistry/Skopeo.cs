using System.Diagnostics;

namespace Kritis.Events.Cli.Tests.EmbeddedRegistry;

/// <summary>The real skopeo.</summary>
internal static class Skopeo
{
    /// <summary>Runs it and expects success.</summary>
    /// <returns>What it printed.</returns>
    public static async Task<string> RunAsync(params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("skopeo") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments.Prepend("--insecure-policy"))
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var proxy in (string[])["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
        {
            start.Environment.Remove(proxy);
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        process.ExitCode.Should().Be(0, await errors);
        return await output;
    }
}
