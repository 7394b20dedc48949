using System.Security.Cryptography;
using Kritis.Events.Attestations.Keys;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Signer.Rules;

namespace Kritis.Events.Signer.Tests.Rules;

public sealed class SigningRulesTests
{
    private const string Host = "registry.example:5000";
    private static readonly Digest AnyDigest = Digest.Of([1]);

    [Fact]
    public void A_rule_asks_for_its_witness()
    {
        var match = SigningRules.Match(Set(Rule("demo")), In("kritis-demo/alpine"), "3.11");
        match.Automatic.Should().ContainSingle();
        match.Automatic[0].Witness.Name.Should().Be("release");
        match.Automatic[0].Rule.Should().Be("demo");
        match.Manual.Should().BeEmpty();
    }

    [Theory]
    [InlineData("kritis-demo", "*", "kritis-demo/alpine", true)]
    [InlineData("kritis-demo", "*", "kritis-demo/team/alpine", true)]
    [InlineData("kritis-demo", "team/*", "kritis-demo/team/alpine", true)]
    [InlineData("kritis-demo", "team/*", "kritis-demo/teams/alpine", false)]
    [InlineData("kritis-demo", "alpine", "kritis-demo/alpine2", false)]
    [InlineData("kritis-demo", "*", "kritis-demo-2/alpine", false)]
    [InlineData("kritis-demo", "*", "other/kritis-demo/alpine", false)]
    [InlineData("kritis-demo", "*", "kritis-demo", false)]
    [InlineData("", "*", "alpine", true)]
    [InlineData("", "alp*", "alpine", true)]
    [InlineData("", "*", "team/alpine", false)]
    [InlineData("*", "*", "alpine", true)]
    public void The_namespace_is_the_first_segment_and_the_repository_the_rest(string @namespace, string pattern, string repository, bool covered)
    {
        var rule = Rule("demo") with { Namespace = @namespace, Repositories = [pattern] };
        SigningRules.Match(Set(rule), In(repository), "1").Automatic.Should().HaveCount(covered ? 1 : 0);
    }

    [Theory]
    [InlineData("*", null, true)]
    [InlineData("**", null, false)]
    [InlineData("v*", null, false)]
    [InlineData("", null, false)]
    [InlineData("v*", "v1", true)]
    [InlineData("v*", "V1", false)]
    [InlineData("latest", "latest2", false)]
    public void A_push_without_a_tag_matches_the_pattern_star_only(string pattern, string? tag, bool covered)
    {
        var rule = Rule("demo") with { Tags = ["never", pattern] };
        SigningRules.Match(Set(rule), In("kritis-demo/alpine"), tag).Automatic.Should().HaveCount(covered ? 1 : 0);
    }

    [Theory]
    [InlineData("v*", "v1", true)]
    [InlineData("v*", "*", false)]
    [InlineData("*", "v1", false)]
    public void A_signature_depends_on_the_tag_where_only_rules_for_some_tags_ask_for_it(string first, string second, bool depends)
    {
        var match = SigningRules.Match(Set(Rule("a") with { Tags = [first] }, Rule("b") with { Tags = ["never", second] }), In("kritis-demo/alpine"), "v1");

        match.Automatic.Should().ContainSingle().Which.DependsOnTag.Should().Be(depends);
    }

    [Fact]
    public void Several_rules_for_one_image_each_bring_their_witness()
    {
        var match = SigningRules.Match(Set(Rule("b") with { Witness = "qa" }, Rule("a")), In("kritis-demo/alpine"), null);
        match.Automatic.Select(request => (request.Witness.Name, request.Rule)).Should().Equal(("qa", "b"), ("release", "a"));
    }

    [Fact]
    public void Two_rules_with_one_witness_are_one_signature_attached_if_either_says_so()
    {
        var match = SigningRules.Match(Set(Rule("z") with { Attach = true }, Rule("a")), In("kritis-demo/alpine"), null);
        match.Automatic.Should().ContainSingle();
        match.Automatic[0].Rules.Should().Equal("a", "z");
        match.Automatic[0].Attach.Should().BeTrue();
    }

    [Fact]
    public void A_manual_rule_asks_for_nothing_and_is_named()
    {
        var match = SigningRules.Match(Set(Rule("by-hand") with { Mode = SigningMode.Manual, Attach = true }), In("kritis-demo/alpine"), null);
        match.Automatic.Should().BeEmpty();
        match.Manual.Select(rule => rule.Name).Should().Equal("by-hand");
    }

    [Fact]
    public void A_manual_rule_adds_nothing_to_what_an_automatic_one_asks()
    {
        var match = SigningRules.Match(
            Set(Rule("auto"), Rule("by-hand") with { Mode = SigningMode.Manual, Attach = true }), In("kritis-demo/alpine"), null);
        match.Automatic.Should().ContainSingle();
        match.Automatic[0].Rules.Should().Equal("auto");
        match.Automatic[0].Attach.Should().BeFalse();
        match.Manual.Should().ContainSingle();
    }

    [Theory]
    [InlineData("alias.example")]
    [InlineData("other.example")]
    [InlineData("unknown.example")]
    [InlineData("registry.example")]
    public void Only_the_name_that_is_signed_of_the_rules_own_registry_matches(string host) =>
        SigningRules.Match(Set(Rule("demo")), new Image(host, "kritis-demo/alpine", AnyDigest), null).Should().BeEquivalentTo(RuleMatch.None);

    private static Image In(string repository) => new(Host, repository, AnyDigest);

    private static SigningRule Rule(string name) => new()
    {
        Name = name,
        Registry = "demo",
        Namespace = "kritis-demo",
        Repositories = ["*"],
        Tags = ["*"],
        Witness = "release",
        Mode = SigningMode.Automatic,
        Attach = false,
    };

    private static ResourceSet Set(params SigningRule[] rules) => new()
    {
        Registries =
        [
            new() { Name = "demo", Host = Host, Aliases = ["alias.example"], Url = new Uri("https://registry.example:5000") },
            new() { Name = "other", Host = "other.example", Url = new Uri("https://other.example") },
        ],
        Witnesses = new[] { "release", "qa" }.ToDictionary(name => name, AWitness),
        Rules = rules,
    };

    private static Witness AWitness(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var pinned = PublicKey.FromPem(key.ExportSubjectPublicKeyInfoPem(), SignatureAlgorithm.EcdsaSha256);
        return new Witness { Name = name, Keys = [new() { Kms = "local", KeyId = name, State = KeyState.Active, PublicKey = pinned }] };
    }
}
