using System.Text.RegularExpressions;
using Kritis.Events.Attestations.Kubernetes;
using YamlDotNet.RepresentationModel;

namespace Kritis.Events.Attestations.Tests.Resources.Kubernetes;

/// <summary>The shipped schemas and the readers know the same members and the same words: each reader is asked what it expects.</summary>
public sealed partial class DefinitionTests
{
    public static TheoryData<string, string, string[]> Mappings => new()
    {
        { "registries", "", [] },
        // The reader knows it in order to say where a password belongs.
        { "registries", "credentials", ["password"] },
        { "registries", "acr", [] },
        { "witnesses", "", [] },
        { "witnesses", "keys[]", [] },
        { "signingrules", "", [] },
        { "securitypolicies", "", [] },
        { "securitypolicies", "require", [] },
        { "securitypolicies", "namespaceSelector", [] },
        { "securitypolicies", "namespaceSelector.matchExpressions[]", [] },
        { "grafeas/admissionallowlists", "", [] },
        { "grafeas/admissionallowlists", "patterns[]", [] },
    };

    [Theory]
    [MemberData(nameof(Mappings))]
    public void A_schema_has_the_members_that_the_reader_knows(string file, string path, string[] onlyRead)
    {
        var message = Problem(file, path, """{"unheardOf":1}""");

        var known = Expected().Match(message).Groups["names"].Value.Split(", ").Except(onlyRead);
        Names(Schema(file, path), "properties").Should().BeEquivalentTo(known, message);
    }

    public static TheoryData<string, string> Choices => new()
    {
        { "witnesses", "keys[].kms" },
        { "witnesses", "keys[].algorithm" },
        { "witnesses", "keys[].state" },
        { "signingrules", "mode" },
        { "securitypolicies", "enforcement" },
        { "securitypolicies", "tags" },
        { "securitypolicies", "breakGlass" },
        { "securitypolicies", "namespaceSelector.matchExpressions[].operator" },
    };

    [Theory]
    [MemberData(nameof(Choices))]
    public void A_schema_has_the_words_that_the_reader_knows(string file, string path)
    {
        var message = Problem(file, path, "\"unheardOf\"");

        var words = ((YamlSequenceNode)Schema(file, path)["enum"]).Select(word => ((YamlScalarNode)word).Value);
        words.Should().BeEquivalentTo(Words().Match(message).Groups["names"].Value.Split(" or "), message);
    }

    [Theory]
    [InlineData("registries", "Cluster")]
    [InlineData("witnesses", "Cluster")]
    [InlineData("signingrules", "Cluster")]
    [InlineData("securitypolicies", "Cluster")]
    [InlineData("grafeas/admissionallowlists", "Cluster")]
    [InlineData("grafeas/attestationauthorities", "Cluster")]
    [InlineData("grafeas/genericattestationpolicies", "Namespaced")]
    public void A_definition_is_of_the_kind_that_is_followed_and_of_the_scope_that_is_believed(string file, string scope)
    {
        var (spec, kind) = (Definition(file)["spec"], KindOf(file));

        (Text(spec["group"]), Text(spec["versions"][0]["name"]), Text(spec["names"]["plural"]), Text(spec["scope"])).Should().Be((kind.Group, kind.Version, kind.Plural, scope));
    }

    /// <summary>What the reader says of an object that holds <paramref name="value"/> at a place of its spec.</summary>
    private static string Problem(string file, string path, string value)
    {
        var spec = path.Length == 0 ? value : path.Split('.').Reverse().Aggregate(value, (inner, part) =>
            part.EndsWith("[]", StringComparison.Ordinal) ? $$"""{"{{part[..^2]}}":[{{inner}}]}""" : $$"""{"{{part}}":{{inner}}}""");
        return new Objects().Add(KindOf(file), "asked", spec).StateOf("asked").Message;
    }

    private static YamlNode Schema(string file, string path)
    {
        var schema = Definition(file)["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"];
        foreach (var part in path.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            schema = schema["properties"][part.Replace("[]", "")];
            schema = part.EndsWith("[]", StringComparison.Ordinal) ? schema["items"] : schema;
        }

        return schema;
    }

    private static ClusterKind KindOf(string file) => new[]
    {
        ClusterKind.Registries, ClusterKind.Witnesses, ClusterKind.SigningRules, ClusterKind.SecurityPolicies,
        ClusterKind.AdmissionAllowlists, ClusterKind.AttestationAuthorities, ClusterKind.GenericAttestationPolicies,
    }.Single(kind => kind.Plural == Path.GetFileName(file));

    private static YamlNode Definition(string file)
    {
        var stream = new YamlStream();
        using var text = File.OpenText(Path.Combine(DocumentationTests.Root(), "deploy/kubernetes/base/crds", file + ".yaml"));
        stream.Load(text);
        return stream.Documents.Single().RootNode;
    }

    private static IEnumerable<string?> Names(YamlNode node, string member) => ((YamlMappingNode)node[member]).Children.Keys.Select(key => ((YamlScalarNode)key).Value);

    private static string? Text(YamlNode node) => ((YamlScalarNode)node).Value;

    [GeneratedRegex("'unheardOf' is not known here; expected one of (?<names>[A-Za-z, ]+)")]
    private static partial Regex Expected();

    [GeneratedRegex("'unheardOf' is not known; expected (?<names>[A-Za-z0-9_ ]+)")]
    private static partial Regex Words();
}
