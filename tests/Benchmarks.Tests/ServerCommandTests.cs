using System.Text.RegularExpressions;

namespace Kritis.Events.Benchmarks.Tests;

/// <summary>The benchmarks that need a broker, in sizes of seconds. What is right or wrong in them counts here; how fast it is does not.</summary>
public sealed partial class ServerCommandTests
{
    [Fact]
    public async Task Services_start_prints_its_figures_and_what_they_come_to()
    {
        var (result, printed) = await RunAsync("services-start", "--rounds", "1");

        result.Should().Be(0, printed);
        foreach (var name in new[] { "empty application", "signer", "verifier" })
        {
            printed.Should().MatchRegex($@"(?m)^{name}, start until it is ready: [0-9.]+ s$").And.MatchRegex($@"(?m)^{name}, heap at rest: [0-9.]+ MiB$");
        }

        Verdicts(printed).Should().HaveCount(4).And.Contain(verdict => verdict.Value.StartsWith("start of the signer against the empty application with a consumer: "));
    }

    [Fact]
    public async Task G3_many_pods_are_answered_rightly_without_a_request_to_the_registry()
    {
        var cache = Directory.CreateTempSubdirectory("kritis-benchmarks-");
        try
        {
            var (result, printed) = await RunAsync("many-pods", "--pods", "50", "--rounds", "1", "--rate", "100", "--cache", cache.FullName);

            result.Should().Be(0, printed);
            printed.Should().MatchRegex(@"(?m)^at 100 Pods a second, admitted: 45 Pods$").And.MatchRegex(@"(?m)^at 100 Pods a second, refused: 5 Pods$");
            Verdicts(printed).Should().HaveCount(4).And.OnlyContain(verdict => verdict.Value.EndsWith(" reached", StringComparison.Ordinal));
        }
        finally
        {
            cache.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_soak_of_seconds_checks_what_a_soak_of_an_hour_does()
    {
        var (result, printed) = await RunAsync("soak", "--minutes", "0.3", "--warm-up", "20", "--interval", "1", "--admissions", "50");

        result.Should().Be(0, printed);
        Verdicts(printed).Should().HaveCount(8).And.OnlyContain(verdict => verdict.Value.EndsWith(" reached", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Scale_prints_its_figures_and_what_they_come_to()
    {
        var cache = Directory.CreateTempSubdirectory("kritis-benchmarks-");
        try
        {
            var (result, printed) = await RunAsync(
                "scale", "--attestations", "100", "1000", "--replicas", "1", "2", "--rounds", "1", "--starts", "1", "--seconds", "0.05", "--pushes", "20", "--cache", cache.FullName);

            result.Should().Be(0, printed);
            printed.Should().Contain("signers: 2, pushes attested: ").And.Contain("calculated: heap of a verifier: ");
            Verdicts(printed).Should().HaveCount(3);
        }
        finally
        {
            cache.Delete(recursive: true);
        }
    }

    private static async Task<(int Result, string Printed)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        var result = await Program.RunAsync(arguments, output, TestContext.Current.CancellationToken);
        return (result, output.ToString());
    }

    private static IEnumerable<Match> Verdicts(string printed) => Verdict().Matches(printed);

    [GeneratedRegex(@"^.+: -?[0-9.,]+.* \(to reach: at (least|most) [0-9.,]+\) (NOT REACHED|reached)$", RegexOptions.Multiline)]
    private static partial Regex Verdict();
}
