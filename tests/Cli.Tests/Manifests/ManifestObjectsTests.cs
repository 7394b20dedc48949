using System.Text;
using System.Text.Json.Nodes;
using Kritis.Events.Cli.Explain;
using Kritis.Events.Cli.Manifests;
using Kritis.Events.Contracts;
using Kritis.Events.Servers;

namespace Kritis.Events.Cli.Tests.Manifests;

/// <summary>Manifests as kubectl reads them, and what is no manifest.</summary>
public sealed class ManifestObjectsTests
{
    private const string Head = "apiVersion: v1\nkind: Pod\nmetadata: { name: a }\n";

    /// <summary>The right side is what kubectl 1.32 sent (<c>kubectl label --local -o json</c>).</summary>
    [Theory]
    [InlineData("[yes, Yes, no, on, off, y, n, Y, true, True, TRUE]", "[true,true,false,true,false,true,false,true,true,true,true]")]
    [InlineData("[~, null, Null, NULL, ]", "[null,null,null,null]")]
    [InlineData("[1, 010, 0o10, 0x1F, 0b11, 1_000, -1, +1, -0x1]", "[1,8,8,31,3,1000,-1,1,-1]")]
    [InlineData("[1.0, 1e3, .5, 5., 1_0.5, -.5, 08, 09.5, 1E+2]", "[1,1000,0.5,5,10.5,-0.5,8,9.5,100]")]
    [InlineData("[12345678901234567890123]", "[1.2345678901234568E+22]")]
    [InlineData("[1:30, 190:20:30, 2001-01-01, 1.5e, 0x, \"\", \"1\", '2', !!str 3, ! 5, \"yes\"]", "[\"1:30\",\"190:20:30\",\"2001-01-01\",\"1.5e\",\"0x\",\"\",\"1\",\"2\",\"3\",\"5\",\"yes\"]")]
    [InlineData("{ f: !foo bar, g: !!int \"5\", h: !!float 1, i: !!bool \"yes\" }", """{"f":"bar","g":5,"h":1,"i":true}""")]
    [InlineData("{ 1: a, true: b, 1.5: d, y2: e }", """{"1":"a","true":"b","1.5":"d","y2":"e"}""")]
    [InlineData("{ a: &x { i: 1, j: 2 }, b: { <<: *x, i: 3 }, c: { <<: [{ k: 1 }, { k: 2, l: 3 }] }, d: { \"<<\": *x } }",
        """{"a":{"i":1,"j":2},"b":{"i":3,"j":2},"c":{"k":1,"l":3},"d":{"<<":{"i":1,"j":2}}}""")]
    public void Values_are_what_kubectl_makes_of_them(string yaml, string json)
    {
        var subject = Objects($"{Head}spec: {yaml}\n").Should().ContainSingle().Subject;

        JsonNode.DeepEquals(subject.Content["spec"], JsonNode.Parse(json)).Should().BeTrue($"{subject.Content["spec"]} is not {json}");
    }

    [Fact]
    public void Documents_lists_a_byte_order_mark_and_line_ends_of_Windows_are_read()
    {
        var objects = Objects($"\uFEFF{Head.Replace("\n", "\r\n", StringComparison.Ordinal)}---\r\n---\r\n# nothing\r\n---\r\n"
            + "{ kind: List, apiVersion: v1, items: [{ kind: List, apiVersion: v1, items: [{ kind: Job, apiVersion: batch/v1 }] }] }\r\n");

        objects.Select(subject => $"{subject.Line} {subject.Group}/{subject.Version} {subject.Kind} {subject.Name}").Should().Equal("1 /v1 Pod a", "8 batch/v1 Job ");
    }

    [Theory]
    [InlineData("", "there is no object in it")]
    [InlineData("---\n# only\n---\n", "there is no object in it")]
    [InlineData("hello", "expected an object")]
    [InlineData("- 1", "expected an object")]
    [InlineData("a: 1", "m.yaml:1: the object has no kind")]
    [InlineData("kind: Pod", "m.yaml:1: the object has no apiVersion")]
    [InlineData("kind: 5\napiVersion: v1", "the object has no kind")]
    [InlineData("kind: List\napiVersion: v1\nitems:\n- 1", "m.yaml:4: expected an object")]
    [InlineData("kind: Pod\nkind: Pod", "m.yaml:2: this is not YAML: Duplicate key")]
    [InlineData("kind: Pod\n\"\\x6bind\": Pod", "Duplicate key")]
    [InlineData("a: {{ .Values.image }}:x", "m.yaml")]
    [InlineData("a: *nowhere", "m.yaml:1: this is not YAML")]
    [InlineData(Head + "spec: { a: .nan }", ".nan is no value of JSON")]
    [InlineData(Head + "spec: { a: !!binary aGVsbG8= }", "is not read here")]
    [InlineData(Head + "spec: { ~: a }", "a key is null")]
    [InlineData(Head + "spec: { ? [a] : b }", "a key is a list")]
    [InlineData(Head + "spec: { <<: 5 }", "no mapping")]
    [InlineData(Head + "spec: &s { a: *s }", "m.yaml")]
    [InlineData(Head + "spec: { 1: a, 0x1: b }", "the key '1' stands twice")]
    public void What_is_no_manifest_is_told_with_file_and_line(string text, string problem) =>
        FluentActions.Invoking(() => Objects(text)).Should().Throw<StartRefusedException>().Which.Message.Should().StartWith("m.yaml").And.Contain(problem);

    [Fact]
    public void A_few_bytes_that_stand_for_gigabytes_are_refused()
    {
        var laughs = new StringBuilder(Head).Append("a0: &a0 [lol]\n");
        var merges = new StringBuilder(Head).Append("a0: &a0 { x: 1 }\n");
        for (var level = 1; level < 30; level++)
        {
            var ten = string.Join(", ", Enumerable.Repeat($"*a{level - 1}", 10));
            laughs.Append($"a{level}: &a{level} [{ten}]\n");
            merges.Append($"a{level}: &a{level} {{ <<: [{ten}] }}\n");
        }

        Refusal(laughs.ToString()).Should().Contain("the file stands for more than");
        Refusal(merges.ToString()).Should().Contain("members are merged");
        Refusal(Head + "spec: " + new string('[', 100_000)).Should().Contain("levels");
        Refusal(Head + "spec: [" + string.Concat(Enumerable.Repeat("1,", 600_000)) + "]").Should().Contain("more than 500000 values");
        Refusal(Head + $"a: &a {new string('x', 1_000_000)}\nb: [{string.Join(", ", Enumerable.Repeat("*a", 100))}]").Should().Contain("characters");
    }

    [Fact]
    public async Task Files_that_are_large_binary_or_not_UTF8_are_refused_and_one_of_ten_megabytes_is_read()
    {
        using var folder = new ServerFolder("manifests");
        var cancellationToken = TestContext.Current.CancellationToken;
        var large = folder.Write("large.yaml", $"{Head}data: {{ a: \"{new string('x', 10_000_000)}\" }}\n");
        var tooLarge = folder.Write("too-large.yaml", new string('#', 17 * 1024 * 1024));
        var binary = folder.File("binary.yaml");
        await File.WriteAllBytesAsync(binary, [0x7f, 0x45, 0x4c, 0x46, 0xff, 0xfe, 0, 0], cancellationToken);

        ManifestObjects.Of(await ManifestFile.ReadAsync(large, cancellationToken)).Should().ContainSingle();
        (await FluentActions.Awaiting(() => ManifestFile.ReadAsync(tooLarge, cancellationToken)).Should().ThrowAsync<StartRefusedException>()).Which.Message.Should().Contain("has more than");
        (await FluentActions.Awaiting(() => ManifestFile.ReadAsync(binary, cancellationToken)).Should().ThrowAsync<StartRefusedException>()).Which.Message.Should().Contain("not UTF-8");
        Refusal("\u0000\u0001\u0002").Should().StartWith("m.yaml");
    }

    [Fact]
    public void Damaged_manifests_are_read_or_refused_and_nothing_else()
    {
        var whole = Head + "spec: &s { containers: [{ name: c, image: \"a/b:1\", env: [{ <<: *t, x: 'y' }] }] }\n---\n- |\n  t\n";
        const string Damage = "{}[]&*!|>'\"%@`#-:,? \n\t\0\u2028a0~<";
        var random = new Random(4);
        for (var round = 0; round < 3_000; round++)
        {
            var text = whole.ToCharArray();
            for (var change = random.Next(1, 5); change > 0; change--)
            {
                text[random.Next(text.Length)] = Damage[random.Next(Damage.Length)];
            }

            try
            {
                _ = Objects(new string(text));
            }
            catch (StartRefusedException)
            {
                // Told.
            }
        }
    }

    private static string Refusal(string text) => FluentActions.Invoking(() => Objects(text)).Should().Throw<StartRefusedException>().Which.Message;

    private static IReadOnlyList<ManifestObject> Objects(string text) =>
        ManifestObjects.Of(text is ['\uFEFF', ..] ? new ManifestFile("m.yaml", text[1..], HasMark: true) : new ManifestFile("m.yaml", text));
}
