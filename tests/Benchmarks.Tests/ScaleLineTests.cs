using Kritis.Events.Benchmarks.Scale;

namespace Kritis.Events.Benchmarks.Tests;

/// <summary>What is calculated for sizes that nobody measured hangs on this line.</summary>
public sealed class ScaleLineTests
{
    [Fact]
    public void What_lies_on_a_line_is_continued_exactly()
    {
        var line = Line.Through([(10_000, 3), (100_000, 21), (1_000_000, 201)]);

        line.Fixed.Should().BeApproximately(1, 1e-6);
        line.At(100e6).Should().BeApproximately(20_001, 1e-3);
    }

    [Fact]
    public void One_size_makes_no_line()
    {
        var draw = () => Line.Through([(10, 1), (10, 2)]);

        draw.Should().Throw<ArgumentException>().WithMessage("One size*");
    }
}
