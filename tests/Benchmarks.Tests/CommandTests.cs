using System.Text.RegularExpressions;

namespace Kritis.Events.Benchmarks.Tests;

/// <summary>The benchmarks that need no broker, for a moment: what they measure is not looked at, only that they do.</summary>
public sealed partial class CommandTests
{
    [Fact]
    public async Task Admission_decision_prints_its_figures_and_what_they_come_to()
    {
        var printed = await RunAsync("admission-decision", "--attestations", "500", "--policies", "10", "--rounds", "1", "--seconds", "0.01");

        printed.Should().Contain("Pod, all attestations, one policy: ").And.Contain("bytes");
        Verdicts(printed).Should().HaveCount(4);
    }

    [Fact]
    public async Task Admission_http_prints_its_figures_and_what_they_come_to()
    {
        var cache = Directory.CreateTempSubdirectory("kritis-benchmarks-");
        try
        {
            var printed = await RunAsync(
                "admission-http", "--attestations", "20", "--policies", "2", "--rounds", "1", "--seconds", "0.01", "--warm-up", "4",
                "--connections", "2", "--cache", cache.FullName);

            foreach (var name in new[] { "pod-allowed, HTTP/1.1", "pod-denied, HTTP/2", "deployment-allowed, HTTP/2", "deployment-denied, HTTP/1.1" })
            {
                printed.Should().Contain($"{name}, 2 connections, throughput ratio: ");
            }

            Verdicts(printed).Should().HaveCount(4);
        }
        finally
        {
            cache.Delete(recursive: true);
        }
    }

    private static async Task<string> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        var result = await Program.RunAsync(arguments, output, TestContext.Current.CancellationToken);
        result.Should().Be(0, output.ToString());
        return output.ToString();
    }

    private static IEnumerable<Match> Verdicts(string printed) => Verdict().Matches(printed);

    [GeneratedRegex(@"^.+: [0-9.,]+.* \(to reach: at (least|most) [0-9.,]+\) (NOT REACHED|reached)$", RegexOptions.Multiline)]
    private static partial Regex Verdict();
}
