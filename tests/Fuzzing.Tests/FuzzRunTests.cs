using System.Text;
using Kritis.Events.Fuzzing.Inputs;
using Kritis.Events.Fuzzing.Running;

namespace Kritis.Events.Fuzzing.Tests;

/// <summary>The run itself: it finds what is there to be found, and the same seed finds it again.</summary>
public sealed class FuzzRunTests
{
    private const ulong Seed = 7;

    [Fact]
    public void A_reader_that_throws_is_found_once_and_its_input_is_kept()
    {
        var folder = Directory.CreateTempSubdirectory("kritis-fuzz-");
        var report = Run(input => input.AsSpan().Contains((byte)'[') ? throw new InvalidOperationException("a bracket") : "well");

        var finding = report.Findings.Should().ContainSingle().Subject;
        finding.What.Should().Contain("a bracket");
        var told = finding.Tell(folder.FullName);
        told.Should().Contain($"tests/fuzz given --seed {Seed} --from {finding.Number} --count 1");
        File.ReadAllBytes(folder.GetFiles().Should().ContainSingle().Subject.FullName).Should().Equal(finding.Input);
        folder.Delete(recursive: true);
    }

    [Fact]
    public void A_reader_that_breaks_a_promise_is_found() =>
        Run(input => { BrokenPromiseException.Unless(input.Length < 100, "it is short"); return "well"; }).Findings.Should().ContainSingle().Which.Kind.Should().Be("it is short");

    [Fact]
    public void A_reader_that_takes_too_much_memory_is_found() =>
        Run(input => input.Length > 60 ? $"{new byte[10_000_000].Length}" : "well").Findings.Should().ContainSingle().Which.Kind.Should().Be("large");

    [Fact]
    public void A_reader_that_takes_too_long_is_found()
    {
        var report = Run(input =>
        {
            for (var before = ThreadMeter.Now; input.Length > 60 && (ThreadMeter.Now - before).Cpu < FuzzRun.MostCpu * 1.1;)
            {
                Thread.SpinWait(1_000);
            }

            return "well";
        });
        report.Findings.Should().ContainSingle().Which.Kind.Should().Be("slow");
    }

    [Fact]
    public void The_same_seed_and_number_give_the_same_input_and_another_seed_another()
    {
        Seed[] seeds = [.. Given.All.Select(Inputs.Seed.Of)];
        var (one, again, other) = (new InputSource("given", seeds, 1), new InputSource("given", seeds, 1), new InputSource("given", seeds, 2));
        var numbers = Enumerable.Range(seeds.Length, 500).ToArray();

        numbers.Reverse().Select(number => Convert.ToHexString(again.At(number))).Reverse().Should().Equal(numbers.Select(number => Convert.ToHexString(one.At(number))));
        numbers.Count(number => !one.At(number).AsSpan().SequenceEqual(other.At(number))).Should().BeGreaterThan(400);
        numbers.Select(number => Convert.ToHexString(one.At(number))).Distinct().Should().HaveCountGreaterThan(300);
    }

    [Fact]
    public void Most_of_what_is_made_of_JSON_is_another_text_and_much_of_it_is_still_JSON()
    {
        var source = new InputSource("given", [.. Given.All.Select(Inputs.Seed.Of)], 1);
        var inputs = Enumerable.Range(2, 1_000).Select(number => Encoding.UTF8.GetString(source.At(number))).ToArray();

        inputs.Count(IsJson).Should().BeInRange(200, 900);
        inputs.Should().Contain(input => input.Contains("[[[[[[", StringComparison.Ordinal)).And.Contain(input => input.Length > 2_000);
    }

    private static bool IsJson(string text)
    {
        try
        {
            System.Text.Json.JsonDocument.Parse(text).Dispose();
            return true;
        }
        catch (System.Text.Json.JsonException)
        {
            return false;
        }
    }

    private static FuzzReport Run(Func<byte[], string> reader) => new FuzzRun(new Given(reader), Seed).Run(from: 0, count: 200);

    private sealed class Given(Func<byte[], string> reader) : FuzzTarget
    {
        public static readonly string[] All = ["""{"a":{"b":"c","d":7},"e":"f"}""", """{"g":"h","i":null}"""];

        public override string Name => "given";

        public override IReadOnlyList<Seed> Seeds { get; } = [.. All.Select(Inputs.Seed.Of)];

        public override IReadOnlyList<string> Reaches => [];

        public override string Take(byte[] input) => reader(input);
    }
}
