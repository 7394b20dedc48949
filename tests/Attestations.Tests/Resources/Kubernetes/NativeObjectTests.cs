using Kritis.Events.Attestations.Kubernetes;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Attestations.Resources.Kubernetes;

namespace Kritis.Events.Attestations.Tests.Resources.Kubernetes;

/// <summary>What is made of objects of the native kinds: as of files, but each on its own, and never looser for one that is wrong.</summary>
public sealed class NativeObjectTests
{
    private readonly Objects _objects = new();

    private static Objects Whole => new Objects().Registry().Witness().Rule().Policy();

    [Fact]
    public void Objects_are_read_like_files_whatever_the_API_server_adds_to_them()
    {
        var (set, states) = (Whole.Set, Whole.States);

        set.Registries.Should().ContainSingle().Which.Host.Should().Be("registry.example.com");
        set.Witnesses["release"].ActiveKey.Should().NotBeNull();
        set.Rules.Should().ContainSingle().Which.Witness.Should().Be("release");
        set.Policies.Should().ContainSingle().Which.Should().BeEquivalentTo(new { Name = "default", Problem = (string?)null, Witnesses = new[] { "release" } });
        states.Should().HaveCount(4).And.OnlyContain(state => state.Standing == ObjectStanding.InForce && state.Message == "in force");
    }

    [Theory]
    [InlineData("""{"host":"no-dot"}""", "Registry 'main': spec.host: 'no-dot': expected a host name")]
    [InlineData("""{"host":"registry.example.com","tpyo":1}""", "Registry 'main': spec: 'tpyo' is not known here; expected one of host, aliases")]
    [InlineData("""{"host":null}""", "Registry 'main': spec.host: null stands here; expected a text")]
    [InlineData("""{"host":"registry.example.com","aliases":"x.example.com"}""", "Registry 'main': spec.aliases: 'x.example.com' stands here; expected a list")]
    [InlineData("[]", "Registry 'main': spec: a list stands here; expected a mapping")]
    [InlineData("null", "Registry 'main': spec: null stands here; expected a mapping")]
    [InlineData("""{"host":"a.example.com","host":"b.example.com"}""", "Registry 'main': spec: a member stands twice in one object")]
    [InlineData("""{"host":"a.example.com\ud800"}""", "Registry 'main': spec: a text in it is not Unicode")]
    [InlineData("""{"host":"a.example.com\n'x': in force"}""", @"Registry 'main': spec.host: 'a.example.com\u000a'x': in force': expected a host name")]
    public void An_invalid_object_is_reported_in_the_words_that_a_file_gets(string spec, string problem)
    {
        var state = _objects.Registry("main", spec).StateOf("main");

        state.Standing.Should().Be(ObjectStanding.Invalid);
        state.Message.Should().StartWith(problem).And.EndWith("; it is left out").And.NotContain("\n");
        _objects.Set.Registries.Should().BeEmpty();
    }

    [Fact]
    public void An_object_nested_ten_thousand_levels_deep_is_invalid_and_hides_no_other()
    {
        var deep = string.Concat(Enumerable.Repeat("""{"a":""", 10_000)) + "1" + new string('}', 10_000);

        var state = _objects.Registry("deep", deep).Registry("main").StateOf("deep");

        state.Message.Should().Be("Registry 'deep': spec: it has more than 30 levels; it is left out");
        _objects.Set.Registries.Should().ContainSingle().Which.Name.Should().Be("main");
    }

    [Theory]
    [InlineData("""{"username":"u","passwordFile":"/var/run/secrets/token"}""")]
    [InlineData("""{"username":"u","passwordFile":"../other/token"}""")]
    [InlineData("""{"username":"u","passwordFile":"a/../../token"}""")]
    [InlineData("""{"username":"u","passwordEnv":"KRITIS_Bus__Uri"}""")]
    [InlineData("""{"username":"u","passwordEnv":"registry_password"}""")]
    public void G3_Who_may_write_a_registry_object_cannot_have_the_services_other_secrets_sent_to_it(string credentials)
    {
        _objects.Registry("main", $$"""{"host":"registry.example.com","credentials":{{credentials}}}""");

        _objects.StateOf("main").Standing.Should().Be(ObjectStanding.Invalid);
        _objects.Set.Registries.Should().BeEmpty();
    }

    [Theory]
    [InlineData("""{"username":"u","passwordFile":"main/password"}""")]
    [InlineData("""{"username":"u","passwordEnv":"REGISTRY_PASSWORD"}""")]
    public void A_registry_object_names_a_password_made_for_registries(string credentials)
    {
        _objects.Registry("main", $$"""{"host":"registry.example.com","credentials":{{credentials}}}""");

        _objects.StateOf("main").Standing.Should().Be(ObjectStanding.InForce);
    }

    [Fact]
    public void The_last_valid_version_of_every_object_stays_in_force_where_the_newest_is_invalid()
    {
        var objects = Whole;
        var before = objects.Set;

        objects.Registry("main", """{"host":"no-dot"}""").Witness("release", """{"keys":[]}""").Rule("demo", "{}").Policy("default", """{"namespaces":["default"]}""");

        objects.Set.Should().BeEquivalentTo(before);
        objects.States.Should().OnlyContain(state => state.Standing == ObjectStanding.InvalidLastKept && state.Message.EndsWith("; the last valid version stays in force"));
    }

    [Fact]
    public void An_object_that_was_deleted_and_made_anew_has_no_past()
    {
        _objects.Witness().Policy().Policy("default", """{"namespaces":["default"]}""");
        _objects.Set.Policies.Single().Problem.Should().BeNull();

        _objects.Add(ClusterKind.SecurityPolicies, "default", """{"namespaces":["default"]}""", uid: "2");

        _objects.Set.Policies.Single().Problem.Should().NotBeNull();
        _objects.StateOf("default").Standing.Should().Be(ObjectStanding.Invalid);
    }

    [Fact]
    public void A_deleted_object_is_gone_and_a_list_is_all_there_is()
    {
        var objects = Whole.Remove(ClusterKind.SecurityPolicies, "default");
        objects.Set.Policies.Should().BeEmpty();

        objects.Apply(ClusterKind.Registries, new ClusterChange<CustomDocument>.Listed([objects.Document("other", """{"host":"other.example.com"}""")])).Should().BeTrue();

        objects.Set.Registries.Should().ContainSingle().Which.Name.Should().Be("other");
    }

    [Theory]
    [InlineData("""{"namespaces":["prod"],"require":{"atLeast":2,"of":["release"]},"enforcement":"DryRun"}""", "prod", Enforcement.DryRun)]
    [InlineData("""{"namespaces":["prod"],"require":{"allOf":["release"]},"enforcement":"dry"}""", "prod", Enforcement.Enforce)]
    [InlineData("""{"namespaces":"prod","require":{"allOf":["release"]}}""", "*", Enforcement.Enforce)]
    [InlineData("""{"namespaces":["prod"],"require":{"allOf":["release"]},"exempt":["a b"]}""", "prod", Enforcement.Enforce)]
    [InlineData("""{"namspaces":["prod"],"require":{"allOf":["release"]}}""", "*", Enforcement.Enforce)]
    [InlineData("[]", "*", Enforcement.Enforce)]
    public void G3_A_policy_that_was_never_valid_is_in_force_and_nothing_fulfils_it(string spec, string ns, Enforcement enforcement)
    {
        var policy = _objects.Witness().Policy("new", spec).Set.Policies.Should().ContainSingle().Which;

        policy.Problem.Should().NotBeNull();
        (policy.Enabled, policy.Enforcement).Should().Be((true, enforcement));
        policy.Namespaces.Should().Equal(ns);
        policy.Exempt.Should().BeEmpty();
        _objects.StateOf("new").Message.Should().EndWith(enforcement == Enforcement.DryRun
            ? "; it is in dry run and warns of every image of the namespaces it selects"
            : "; it refuses every image of the namespaces it selects");
    }

    [Fact]
    public void G3_A_policy_that_was_never_valid_lets_nothing_pass_by_what_can_be_read_of_it()
    {
        const string Grants = """ "exempt":["registry.k8s.io/pause@*"],"placeholders":["auto"],"tags":"Immutable","breakGlass":"Allow","waitForAttestation":"2s" """;
        var valid = _objects.Witness().Policy("valid", $$"""{"namespaces":["prod"],"require":{"allOf":["release"]},{{Grants}} }""").Set.Policies.Single();
        valid.Should().Match<SecurityPolicy>(policy => policy.BreakGlass && policy.Exempt.Count == 1 && policy.Placeholders.Count == 1 && policy.Tags == TagReferences.Immutable);

        _ = _objects.Policy("new", $$"""{"namespaces":["prod"],"require":{"atLeast":2,"of":["release"]},{{Grants}} }""");

        _objects.Set.Policies.Should().ContainSingle(policy => policy.Name == "new").Which.Should().BeEquivalentTo(
            new { Exempt = Array.Empty<string>(), Placeholders = Array.Empty<string>(), Tags = TagReferences.Deny, BreakGlass = false, WaitForAttestation = (TimeSpan?)null });
    }

    [Theory]
    [InlineData("""{"atLeast":2,"of":["release","qa"]}""", ObjectStanding.SharedKey)]
    [InlineData("""{"allOf":["release","qa"]}""", ObjectStanding.SharedKey)]
    [InlineData("""{"atLeast":1,"of":["release","qa"]}""", ObjectStanding.InForce)]
    [InlineData("""{"allOf":["release","other"]}""", ObjectStanding.InForce)]
    [InlineData("""{"allOf":["release","spoilt"]}""", ObjectStanding.InForce)]
    public void A_policy_that_asks_for_two_witnesses_with_one_key_counts_and_its_status_says_so(string require, ObjectStanding standing)
    {
        _objects.Witness().Witness("qa").Witness("spoilt", Objects.Keys("revoked")).Witness("other", Objects.Keys(pem: ResourceFolderFixture.OtherPublicKeyPem))
            .Policy("two", $$"""{"namespaces":["prod"],"require":{{require}} }""");

        var state = _objects.StateOf("two");

        state.Standing.Should().Be(standing);
        state.IsInForce.Should().BeTrue("whoever runs it so goes on deploying");
        _objects.Set.Policies.Single().Problem.Should().BeNull();
        if (standing == ObjectStanding.SharedKey)
        {
            state.Message.Should().StartWith("SecurityPolicy 'two': spec.require: the witnesses 'release' and 'qa' have the key sha256:").And.EndWith("give each a key of its own");
        }
    }

    [Fact]
    public void G3_A_policy_object_without_a_spec_refuses_everywhere()
    {
        var document = CustomDocument.Of(System.Text.Json.JsonDocument.Parse("""{"metadata":{"name":"empty","uid":"1"}}""").RootElement);
        _ = _objects.Apply(ClusterKind.SecurityPolicies, new ClusterChange<CustomDocument>.Set(document));

        _objects.Set.Policies.Should().ContainSingle().Which.Should().BeEquivalentTo(new { Problem = "its SecurityPolicy object cannot be read", Namespaces = new[] { "*" }, Clusters = new[] { "*" } });
        _objects.StateOf("empty").Message.Should().StartWith("SecurityPolicy 'empty': 'spec' is missing");
    }

    [Fact]
    public void G3_A_witness_that_was_never_valid_vouches_for_nothing_and_its_policies_stay()
    {
        var set = _objects.Witness("release", Objects.Keys(pem: "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----")).Policy().Set;

        set.Witnesses["release"].Keys.Should().BeEmpty();
        set.Policies.Should().ContainSingle().Which.Witnesses.Should().Equal("release");
        _objects.StateOf("release").Message.Should().EndWith("; it vouches for nothing");
        _objects.StateOf("default").Standing.Should().Be(ObjectStanding.InForce);
    }

    [Fact]
    public void G3_A_policy_whose_witness_is_not_there_stays_and_nobody_vouches_in_that_name()
    {
        var set = _objects.Policy().Set;

        set.Policies.Should().ContainSingle().Which.Witnesses.Should().Equal("release");
        set.Witnesses["release"].Keys.Should().BeEmpty();
        _objects.StateOf("default").Should().BeEquivalentTo(new
        {
            Standing = ObjectStanding.MissingWitness,
            Message = "SecurityPolicy 'default': spec.require: there is no Witness 'release'; it counts, and nobody vouches in that name",
        });

        _objects.Witness();
        _objects.StateOf("default").Standing.Should().Be(ObjectStanding.InForce);
        _objects.Set.Witnesses["release"].Keys.Should().ContainSingle();
    }

    [Theory]
    [InlineData("""{"registry":"other","namespace":"x","witness":"release"}""", ObjectStanding.MissingRegistry, "spec.registry: there is no Registry 'other'")]
    [InlineData("""{"registry":"main","namespace":"x","witness":"other"}""", ObjectStanding.MissingWitness, "spec.witness: there is no Witness 'other'")]
    [InlineData("""{"registry":"main","namespace":"x","witness":"retired"}""", ObjectStanding.NoActiveKey, "spec.witness: Witness 'retired' has no active key to sign with")]
    [InlineData("""{"registry":"main","namespace":"x","witness":"authority"}""", ObjectStanding.NoActiveKey, "spec.witness: Witness 'authority' has no active key to sign with")]
    [InlineData("""{"registry":"main","namespace":"x"}""", ObjectStanding.Invalid, "spec.witness is missing")]
    public void A_rule_that_cannot_be_followed_is_left_out(string spec, ObjectStanding standing, string problem)
    {
        var set = _objects.Registry().Witness().Witness("retired", Objects.Keys("retired")).Authority("authority").Rule("demo", spec).Set;

        set.Rules.Should().BeEmpty();
        _objects.StateOf("demo").Should().BeEquivalentTo(new { Standing = standing, Message = $"SigningRule 'demo': {problem}; it is left out" });
    }

    [Theory]
    [InlineData("""{"host":"registry.example.com"}""", "the host registry.example.com belongs to Registry 'old' already")]
    [InlineData("""{"host":"two.example.com","aliases":["REGISTRY-vpc.example.com"]}""", "the host registry-vpc.example.com belongs to Registry 'old' already")]
    [InlineData("""{"host":"two.example.com","acr":{"instanceId":"cri-1","region":"r1"}}""", "the instance cri-1 in r1 belongs to Registry 'old' already")]
    public void G3_Of_two_registries_that_claim_one_thing_the_older_has_it(string spec, string problem)
    {
        // The newer one's name comes first, and it was seen first.
        _objects.Registry("a-new", spec).Registry("old", """{"host":"registry.example.com","aliases":["registry-vpc.example.com"],"acr":{"instanceId":"cri-1","region":"r1"}}""", age: 1);

        _objects.Set.Registries.Should().ContainSingle().Which.Name.Should().Be("old");
        _objects.StateOf("a-new").Should().BeEquivalentTo(new { Standing = ObjectStanding.Conflict, Message = $"Registry 'a-new': {problem}; it is left out" });

        _objects.Remove(ClusterKind.Registries, "old");
        _objects.Set.Registries.Should().ContainSingle().Which.Name.Should().Be("a-new");
    }

    [Fact]
    public void Of_two_registries_of_one_age_the_first_by_name_has_the_host()
    {
        _objects.Registry("b").Registry("a");

        _objects.Set.Registries.Should().ContainSingle().Which.Name.Should().Be("a");
    }

    [Fact]
    public void G3_Objects_that_govern_the_cluster_do_not_count_from_within_a_namespace()
    {
        _objects.Add(ClusterKind.Witnesses, "release", Objects.Keys(), ns: "team").Add(ClusterKind.Registries, "main", """{"host":"registry.example.com"}""", ns: "team");

        _objects.Set.Registries.Should().BeEmpty();
        _objects.Set.Witnesses["release"].Keys.Should().BeEmpty();
        _objects.StateOf("main").Message.Should().Be("Registry 'main' lies in namespace team; expected a CustomResourceDefinition of scope Cluster; it is left out");
    }

    [Fact]
    public void A_change_of_the_status_alone_changes_nothing_and_the_newest_version_is_known()
    {
        var first = _objects.Document("main", """{"host":"registry.example.com"}""", generation: 1);
        var second = _objects.Document("main", """{"host":"registry.example.com"}""", generation: 1, status: """{"conditions":[]}""");

        _objects.Apply(ClusterKind.Registries, new ClusterChange<CustomDocument>.Set(first)).Should().BeTrue();
        _objects.Apply(ClusterKind.Registries, new ClusterChange<CustomDocument>.Set(second)).Should().BeFalse();

        _objects.StateOf("main").Document.Should().BeSameAs(second);
    }
}
