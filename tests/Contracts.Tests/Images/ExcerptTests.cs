using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Contracts.Tests.Images;

public class ExcerptTests
{
    [Theory]
    [InlineData(null, "(nothing)")]
    [InlineData("", "")]
    [InlineData("alpine:3.11", "alpine:3.11")]
    [InlineData("größe", "größe")]
    [InlineData("a\r\nERROR b", "a\\u000d\\u000aERROR b")]
    [InlineData("a\u2028b\u2029c\u0085d", "a\\u2028b\\u2029c\\u0085d")]
    [InlineData("\u001b[31mred", "\\u001b[31mred")]
    [InlineData("ab\u202egnp.exe", "ab\\u202egnp.exe")]
    [InlineData("zero\u200bwidth\ufeff", "zero\\u200bwidth\\ufeff")]
    public void Foreign_text_can_forge_no_second_line_and_hide_nothing(string? text, string shown) => Excerpt.Of(text).Should().Be(shown);

    [Fact]
    public void Half_a_character_is_shown_as_its_number() => Excerpt.Of("a" + (char)0xd800).Should().Be("a\\ud800");

    [Fact]
    public void Long_text_is_cut_and_its_length_told()
    {
        Excerpt.Of(new string('x', 300)).Should().Be(new string('x', 300));
        Excerpt.Of(new string('x', 10_240)).Should().Be(new string('x', 300) + "… (10240 characters)");
    }

    [Fact]
    public void Text_made_of_control_characters_stays_bounded() => Excerpt.Of(new string('\u0000', 10_240)).Length.Should().BeLessThan(2_000);
}
