using Kritis.Events.Fuzzing.Running;

namespace Kritis.Events.Fuzzing.Tests;

/// <summary>Each target for a moment, with the same inputs every time; <c>tests/fuzz</c> runs them for long and with others.</summary>
public sealed class TargetTests
{
    private const ulong Seed = 20_261_124;
    private const long Inputs = 5_000;

    public static TheoryData<string> Names => [.. FuzzTargets.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void G3_G4_hostile_input_crashes_nothing_costs_little_and_gets_nothing_in(string name)
    {
        var target = FuzzTargets.Make(name);

        var report = new FuzzRun(target, Seed).Run(from: 0, Inputs);

        report.Findings.Should().BeEmpty(string.Join('\n', report.Findings.Select(finding => finding.Tell(Path.Combine(Path.GetTempPath(), "kritis-fuzz")))));
        report.Inputs.Should().Be(Inputs);
        report.Outcomes.Keys.Should().Contain(target.Reaches, "inputs that all end at the door prove nothing");
    }
}
