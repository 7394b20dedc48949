using Kritis.Events.Benchmarks.Soak;

namespace Kritis.Events.Benchmarks.Tests;

/// <summary>What counts as flat decides whether a soak of an hour says anything.</summary>
public sealed class SoakFlatnessTests
{
    private const double Share = 0.03;
    private const double Least = 2;

    [Fact]
    public void A_leak_is_not_flat() =>
        Judge(second => 100 + (second / 200)).IsFlat.Should().BeFalse();

    [Fact]
    public void A_leak_under_a_saw_tooth_is_not_flat() => Judge(second => 100 + (second / 200) + (second % 90 / 10)).IsFlat.Should().BeFalse();

    [Fact]
    public void A_saw_tooth_is_flat() => Judge(second => 100 + (second % 90 / 5)).IsFlat.Should().BeTrue();

    [Fact]
    public void What_fills_in_the_first_half_is_flat() => Judge(second => 100 + Math.Min(second, 1_500)).IsFlat.Should().BeTrue();

    [Fact]
    public void Single_peaks_are_flat() => Judge(second => second is > 3_000 and < 3_300 ? 900 : 100).IsFlat.Should().BeTrue();

    [Fact]
    public void What_shrinks_is_flat() => Judge(second => 500 - (second / 10)).IsFlat.Should().BeTrue();

    [Fact]
    public void Growth_that_attestations_explain_is_flat_and_other_growth_beside_it_is_not()
    {
        Judge(second => 100 + (second / 100), explained: 18).IsFlat.Should().BeTrue();
        Judge(second => 100 + (second / 50), explained: 18).IsFlat.Should().BeFalse();
    }

    [Fact]
    public void A_small_amount_is_flat_whatever_its_share() => Judge(second => 1 + (second / 1_800)).IsFlat.Should().BeTrue();

    [Fact]
    public void A_few_samples_say_nothing()
    {
        var judge = () => Flatness.Of([(0, 1), (1, 1), (2, 1)], Share, Least, explained: 0);

        judge.Should().Throw<ArgumentException>().WithMessage("3 samples are too few*");
    }

    private static Flatness Judge(Func<double, double> value, double explained = 0) =>
        Flatness.Of([.. Enumerable.Range(0, 240).Select(number => (number * 15.0, value(number * 15.0)))], Share, Least, explained);
}
