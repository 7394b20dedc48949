using System.Text;
using System.Text.RegularExpressions;
using Kritis.Events.Attestations.Resources;

namespace Kritis.Events.Signer.Tests.Rules;

public sealed class GlobPatternTests
{
    [Theory]
    [InlineData("kritis-demo", "kritis-demo")]
    [InlineData("*", "")]
    [InlineData("*", "a/b/c")]
    [InlineData("", "")]
    [InlineData("prod-*", "prod-")]
    [InlineData("prod-*", "prod-eu/x")]
    [InlineData("*-prod", "eu-prod")]
    [InlineData("a*b*c", "abc")]
    [InlineData("a*b*c", "a-b-b-c-c")]
    [InlineData("a**c", "abc")]
    [InlineData("v1.*", "v1.2")]
    [InlineData("a.b+(c)[d]?", "a.b+(c)[d]?")]
    public void A_star_stands_for_anything_and_all_else_for_itself(string pattern, string text) =>
        GlobPattern.Parse(pattern).IsMatch(text).Should().BeTrue();

    [Theory]
    [InlineData("kritis-demo", "kritis-demo2")]
    [InlineData("kritis-demo", "xkritis-demo")]
    [InlineData("kritis-demo", "Kritis-Demo")]
    [InlineData("", "a")]
    [InlineData("prod-*", "preprod-1")]
    [InlineData("*-prod", "eu-prod-2")]
    [InlineData("ab*ba", "aba")]
    [InlineData("a*b*c", "acb")]
    [InlineData("a*bb*b", "abb")]
    [InlineData("v1.*", "v1-2")]
    [InlineData("a?c", "abc")]
    public void The_whole_text_must_match(string pattern, string text) =>
        GlobPattern.Parse(pattern).IsMatch(text).Should().BeFalse();

    [Theory]
    [InlineData("attacker.example/x.trusted.example")]
    [InlineData("trusted.example.attacker.example")]
    [InlineData("atrusted.example")]
    public void Lesson_Portieris_a_pattern_is_never_sought_inside_a_text(string text) =>
        GlobPattern.Parse("trusted.example").IsMatch(text).Should().BeFalse();

    [Fact]
    public void It_agrees_with_a_regular_expression_on_20000_random_pairs()
    {
        const int seed = 20261123;
        var random = new Random(seed);
        var matches = 0;
        for (var round = 0; round < 20_000; round++)
        {
            var pattern = RandomText(random, "ab*", 8);
            var text = RandomText(random, "ab", 10);
            var expected = Regex.IsMatch(text, $@"\A{Regex.Escape(pattern).Replace(@"\*", ".*", StringComparison.Ordinal)}\z");
            GlobPattern.Parse(pattern).IsMatch(text).Should().Be(expected, "pattern '{0}', text '{1}', seed {2}", pattern, text, seed);
            matches += expected ? 1 : 0;
        }

        matches.Should().BeInRange(1_000, 19_000);
    }

    [Fact]
    public void A_hostile_pattern_over_a_long_text_is_answered()
    {
        var pattern = GlobPattern.Parse(string.Concat(Enumerable.Repeat("a*", 249)) + "b");
        pattern.IsMatch(new string('a', 1_000_000)).Should().BeFalse();
        pattern.IsMatch(new string('a', 1_000_000) + "b").Should().BeTrue();
    }

    [Theory]
    [InlineData(null, "missing")]
    [InlineData("a\nb", "control character")]
    public void What_is_no_pattern_is_refused_with_the_reason(string? text, string reason)
    {
        GlobPattern.TryParse(text, out _, out var problem).Should().BeFalse();
        problem.Should().Contain(reason);
    }

    [Fact]
    public void A_pattern_has_at_most_500_characters()
    {
        GlobPattern.TryParse(new string('a', 500), out _, out _).Should().BeTrue();
        var parse = () => GlobPattern.Parse(new string('a', 501));
        parse.Should().Throw<FormatException>().WithMessage("*501 characters, more than 500*");
    }

    private static string RandomText(Random random, string alphabet, int most)
    {
        var text = new StringBuilder();
        for (var length = random.Next(most + 1); length > 0; length--)
        {
            text.Append(alphabet[random.Next(alphabet.Length)]);
        }

        return text.ToString();
    }
}
