using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Kritis.Events.Attestations.Keys;
using Kritis.Events.Attestations.Resources;

namespace Kritis.Events.Attestations.Tests.Resources;

/// <summary>Every example of a resource in the documentation is one that the product reads.</summary>
public sealed partial class DocumentationTests : IDisposable
{
    private const string Ours = "apiVersion: kritis.events/";
    private static readonly string[] Pages = ["alibaba.md", "resources.md"];

    private static readonly Lazy<string[]> PublicKeys = new(() => [.. Enumerable.Range(0, 3).Select(_ =>
    {
        using var key = RSA.Create(2048);
        return key.ExportSubjectPublicKeyInfoPem();
    })]);

    private readonly ResourceFolderFixture _folder = new();

    public static TheoryData<string, int> Examples =>
        [.. Pages.SelectMany(page => Enumerable.Range(0, ExamplesIn(page).Count).Select(number => new TheoryDataRow<string, int>(page, number)))];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Examples))]
    public void An_example_is_read_together_with_the_page_before_it(string page, int number)
    {
        Read(page, number).Witnesses.Should().ContainKey("release");
    }

    [Fact]
    public void The_guide_makes_a_whole_installation()
    {
        var set = Read("alibaba.md", ExamplesIn("alibaba.md").Count - 1);

        set.Registries.Should().ContainSingle().Which.Acr!.Namespaces.Should().Equal("kritis-demo");
        set.Rules.Should().ContainSingle().Which.Witness.Should().Be("release");
        set.Policies.Should().ContainSingle().Which.Witnesses.Should().Equal("release");
    }

    [Fact]
    public void The_guides_rotation_pins_first_and_signs_with_one_version_at_every_step()
    {
        var steps = Enumerable.Range(0, ExamplesIn("alibaba.md").Count).Select(number => Read("alibaba.md", number)).Select(set => set.Witnesses["release"])
            .Where(witness => witness.Keys.Count == 2).ToArray();

        steps.Select(witness => string.Join(' ', witness.Keys.Select(key => key.State))).Should().Equal("Active Retired", "Retired Active");
        steps[1].Keys.Select(key => key.KeyVersionId).Should().Equal(steps[0].Keys.Select(key => key.KeyVersionId));
        steps.Should().OnlyContain(witness => witness.Keys.All(key => key.Kms == "alibaba" && key.PublicKey.Algorithm == SignatureAlgorithm.RsaPkcs1Sha256));
    }

    private static List<string> ExamplesIn(string page) =>
    [
        .. YamlBlock().Matches(File.ReadAllText(Path.Combine(Root(), "docs", page)))
            .Select(match => string.Join('\n', match.Groups["text"].Value.Split('\n').Select(line => line.StartsWith(match.Groups["indent"].Value, StringComparison.Ordinal) ? line[match.Groups["indent"].Length..] : line)))
            .Where(block => block.Contains(Ours, StringComparison.Ordinal)),
    ];

    // What stands earlier on the page is part of the example, unless the example changes it.
    private ResourceSet Read(string page, int number)
    {
        var documents = new Dictionary<string, string>();
        foreach (var document in ExamplesIn(page).Take(number + 1).SelectMany(block => DocumentEnd().Split(block)))
        {
            documents[$"{Kind().Match(document).Groups[1].Value}-{Name().Match(document).Groups[1].Value}"] = WithPublicKeys(document);
        }

        foreach (var (name, document) in documents)
        {
            _ = _folder.Write(name + ".yaml", document);
        }

        var load = ResourceFiles.Load(_folder.Path);
        load.Problems.Should().BeEmpty();
        load.Warnings.Should().BeEmpty();
        return load.Resources!;
    }

    private static string WithPublicKeys(string document)
    {
        var number = 0;
        return PlaceOfKey().Replace(document, match => string.Join('\n', PublicKeys.Value[number++].Split('\n').Select(line => match.Groups["indent"].Value + line)));
    }

    internal static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Kritis.Events.sln")))
        {
            folder = folder.Parent!;
        }

        return folder.FullName;
    }

    [GeneratedRegex(@"^(?<indent> *)```yaml\n(?<text>.*?)^ *```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex YamlBlock();

    [GeneratedRegex(@"^---\n", RegexOptions.Multiline)]
    private static partial Regex DocumentEnd();

    [GeneratedRegex(@"^kind: (\w+)", RegexOptions.Multiline)]
    private static partial Regex Kind();

    [GeneratedRegex(@"^metadata: \{ name: ([\w-]+) \}", RegexOptions.Multiline)]
    private static partial Regex Name();

    [GeneratedRegex(@"(?<indent> *)-----BEGIN PUBLIC KEY-----\n *…\n *-----END PUBLIC KEY-----")]
    private static partial Regex PlaceOfKey();
}
