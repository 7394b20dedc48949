using System.Text.RegularExpressions;
using Kritis.Events.Signer.AlibabaCloud;
using Kritis.Events.Signer.Intake;
using Kritis.Events.Signer.Intake.Acr;
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

    [Theory]
    [InlineData(AlibabaCloudOptions.Section, typeof(AlibabaCloudOptions))]
    [InlineData(IntakeOptions.Section, typeof(IntakeOptions))]
    public void Every_setting_of_the_guide_exists(string section, Type options)
    {
        var known = options.GetProperties().Select(property => property.Name);

        var named = Setting().Matches(Guide).Where(match => match.Groups[1].Value == section).Select(match => match.Groups[2].Value).Distinct().ToArray();

        named.Should().NotBeEmpty().And.BeSubsetOf(known);
    }

    [Fact]
    public void Every_reason_of_the_guide_is_counted_and_every_path_of_the_guide_is_served()
    {
        var reasons = typeof(IgnoredReason).GetFields().Select(field => (string)field.GetRawConstantValue()!);

        Reason().Matches(Section).SelectMany(row => Code().Matches(row.Value)).Select(code => code.Groups[1].Value).Should().NotBeEmpty().And.BeSubsetOf(reasons);
        Address().Matches(Guide).Select(match => match.Value).Distinct().Should().BeEquivalentTo([AcrIntake.Path, EventBridgeIntake.Path]);
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

    [GeneratedRegex("`([A-Za-z.-]+)`")]
    private static partial Regex Code();

    [GeneratedRegex("`([A-Za-z]+):([A-Za-z]+)")]
    private static partial Regex Setting();

    [GeneratedRegex("^\\| `[a-z-]+`[^|]*", RegexOptions.Multiline)]
    private static partial Regex Reason();

    [GeneratedRegex("/events/[a-z]+")]
    private static partial Regex Address();
}
