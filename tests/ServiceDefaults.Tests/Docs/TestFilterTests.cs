using System.Text.RegularExpressions;

namespace Kritis.Events.ServiceDefaults.Tests.Docs;

/// <summary>The pages that say which test proves a line: each filter names at least one test.</summary>
public sealed partial class TestFilterTests
{
    private static readonly string Tests = string.Join('\n', Directory
        .EnumerateFiles(WorkingTree.Path("tests"), "*.cs", SearchOption.AllDirectories)
        .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
        .Select(FullNames));

    public static TheoryData<string, string> Filters
    {
        get
        {
            var filters = new TheoryData<string, string>();
            foreach (var page in new[] { "lessons.md", "ways-in.md", "threat-model.md" })
            {
                foreach (var filter in File.ReadLines(WorkingTree.Path("docs", page)).Where(line => line.StartsWith('|')).SelectMany(FiltersOf).Distinct())
                {
                    filters.Add(page, filter);
                }
            }

            return filters;
        }
    }

    [Theory]
    [MemberData(nameof(Filters))]
    public void A_filter_in_the_docs_names_tests(string page, string filter) => 
        Tests.Contains(filter, StringComparison.Ordinal).Should().BeTrue($"docs/{page} says that a line is proved by {filter}");

    [Fact]
    public void Every_way_that_is_tested_by_number_is_told()
    {
        var told = File.ReadAllText(WorkingTree.Path("docs", "ways-in.md"));

        Way().Matches(Tests).Select(match => match.Value).Distinct().Should().OnlyContain(way => told.Contains(way));
    }

    private static IEnumerable<string> FiltersOf(string row) => Quoted().Matches(row.TrimEnd('|', ' ').Split('|')[^1]).Select(match => match.Groups[1].Value);

    // As `dotnet test` sees them: namespace, class and method, one a line.
    private static string FullNames(string file)
    {
        var source = File.ReadAllText(file);
        var type = $"{NamespaceName().Match(source).Groups[1].Value}.{ClassName().Match(source).Groups[1].Value}";
        return string.Join('\n', MethodName().Matches(source).Select(match => $"{type}.{match.Groups[1].Value}"));
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex NamespaceName();

    [GeneratedRegex(@"^(?:public|internal) (?:sealed |abstract |static |partial )*class (\w+)", RegexOptions.Multiline)]
    private static partial Regex ClassName();

    [GeneratedRegex(@"^    public (?:async )?(?:void|Task) (\w+)\(", RegexOptions.Multiline)]
    private static partial Regex MethodName();

    [GeneratedRegex(@"Way_\d\d")]
    private static partial Regex Way();
}
