using System.Text.RegularExpressions;
using Kritis.Events.Signer.AlibabaCloud;
using Kritis.Events.Signer.Kms.Alibaba;

namespace Kritis.Events.Signer.Tests.AlibabaCloud;

/// <summary>What <c>docs/alibaba.md</c> says of errors is what the product says of them.</summary>
public sealed partial class GuideTests
{
    private static readonly string Guide = File.ReadAllText(Path.Combine(Root(), "docs", "alibaba.md"));
    private static readonly string Section = Guide[Guide.IndexOf("## What is wrong, and what to change", StringComparison.Ordinal)..];

    public static TheoryData<string, string> Codes => [.. Section.Split('\n')
        .Select(line => line.Split('|'))
        .Where(cells => cells.Length == 5)
        .SelectMany(cells => Code().Matches(cells[2]).Select(code => new TheoryDataRow<string, string>(code.Groups[1].Value, cells[3].Trim())))];

    [Fact]
    public void The_table_names_what_bad_input_leads_to() => Codes.Select(row => row.Data.Item1).Should().Contain(
        ["Forbidden.KeyNotFound", "Forbidden.NoPermission", "InvalidSecurityToken.Expired", "IllegalTimestamp", "Rejected.UnsupportedOperation", "IncompleteSignature"]);

    [Theory]
    [MemberData(nameof(Codes))]
    public void The_advice_of_the_table_is_the_advice_of_the_product(string code, string advice) => ErrorCodes.AdviceOn(code).Should().Be(advice);

    [Fact]
    public void The_example_is_the_very_line_that_the_product_writes()
    {
        var example = string.Join(' ', Section.Split('\n').SkipWhile(line => !line.StartsWith("    ", StringComparison.Ordinal))
            .TakeWhile(line => line.StartsWith("    ", StringComparison.Ordinal)).Select(line => line.Trim()));

        var refused = AlibabaCloudException.Refused(
            "KMS DescribeKey in cn-hangzhou", 404, "Forbidden.AliasNotFound", "The specified Alias is not found.", "5C7A0E3B");

        KmsFailure.Of(refused, "alias/release in cn-hangzhou").Message.Should().Be(example);
    }

    [Fact]
    public void Every_setting_of_the_guide_exists()
    {
        var known = typeof(AlibabaCloudOptions).GetProperties().Select(property => property.Name).ToHashSet();

        var named = Setting().Matches(Guide).Select(match => match.Groups[1].Value).Distinct().ToArray();

        named.Should().NotBeEmpty().And.BeSubsetOf(known);
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Kritis.Events.sln")))
        {
            folder = folder.Parent!;
        }

        return folder.FullName;
    }

    [GeneratedRegex("`([A-Z][A-Za-z.]+)`")]
    private static partial Regex Code();

    [GeneratedRegex("`AlibabaCloud:([A-Za-z]+)")]
    private static partial Regex Setting();
}
