using Kritis.Events.Attestations.Keys;
using Kritis.Events.Attestations.Resources;

namespace Kritis.Events.Attestations.Tests.Resources;

/// <summary>What is read from files, and what is said of what cannot be.</summary>
public sealed class ResourceFilesTests : IDisposable
{
    private readonly ResourceFolderFixture _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_documents_of_all_files_make_one_set_with_its_defaults()
    {
        _folder.Write("a.yaml", ResourceFolderFixture.Registry(more: "  aliases: [Registry-VPC.example.com]\n"))
            .Write("b.yml", ResourceFolderFixture.Witness() + "---\n# nothing here\n---\n" + ResourceFolderFixture.Rule())
            .Write("c.yaml", ResourceFolderFixture.Policy("namespaces: [default, 'prod-*'], require: { atLeast: 1, of: [release] }, exempt: ['registry.k8s.io/pause@*'], enforcement: DryRun"))
            .Write(".hidden.yaml", "not: [valid")
            .Write("notes.txt", "not: [valid");

        var set = Valid();

        var registry = set.Registries.Should().ContainSingle().Subject;
        registry.Url.Should().Be(new Uri("https://registry.example.com"));
        set.RegistryOf("registry-vpc.example.com").Should().BeSameAs(registry);
        set.Witnesses["release"].ActiveKey!.PublicKey.Algorithm.Should().Be(SignatureAlgorithm.RsaPkcs1Sha256);
        var rule = set.Rules.Should().ContainSingle().Subject;
        (rule.Mode, rule.Attach).Should().Be((SigningMode.Automatic, false));
        rule.Repositories.Should().Equal("*");
        var policy = set.Policies.Should().ContainSingle().Subject;
        (policy.AtLeast, policy.Enforcement, policy.Enabled).Should().Be((1, Enforcement.DryRun, true));
        policy.Clusters.Should().Equal("*");
    }

    [Fact]
    public void A_registry_can_be_an_instance_of_Container_Registry()
    {
        _folder.Write("a.yaml", ResourceFolderFixture.Registry(more: "  acr: { instanceId: cri-1, region: cn-hongkong, namespaces: [kritis-*] }\n"));

        var registry = Valid().Registries[0];

        registry.Acr!.Should().BeEquivalentTo(new AcrInstance { InstanceId = "cri-1", Region = "cn-hongkong", Namespaces = ["kritis-*"] });
        _folder.Write("a.yaml", ResourceYaml.Write(registry));
        Valid().Registries[0].Should().BeEquivalentTo(registry);
    }

    [Theory]
    [InlineData("localhost:5000", "http://localhost:5000/")]
    [InlineData("127.0.0.1:5000", "http://127.0.0.1:5000/")]
    [InlineData("registry.example.com:8443", "https://registry.example.com:8443/")]
    public void A_registry_is_reached_over_https_unless_it_is_a_loopback_one(string host, string url)
    {
        _folder.Write("a.yaml", ResourceFolderFixture.Registry(host: host));

        Valid().Registries[0].Url.Should().Be(new Uri(url));
    }

    public static TheoryData<string, string> WrongSpecs => new()
    {
        { ResourceFolderFixture.Registry(host: "no-dot"), "a.yaml:5: Registry 'main': spec.host: 'no-dot': expected a host name" },
        { ResourceFolderFixture.Registry(host: "\"x.example:75000\""), "a.yaml:5: Registry 'main': spec.host: 'x.example:75000': expected a host name" },
        { ResourceFolderFixture.Registry(host: "\"[a:b]:5000\""), "a.yaml:5: Registry 'main': spec.host: '[a:b]:5000': expected a host name" },
        { ResourceFolderFixture.Registry(host: "https://x.example"), "Registry 'main': spec.host: 'https://x.example': expected a host name" },
        { ResourceFolderFixture.Registry(more: "  url: http://registry.example.com\n"), "plain http is taken for loopback addresses only" },
        { ResourceFolderFixture.Registry(more: "  url: https://user:secret@registry.example.com\n"), "without path, query or user name" },
        { ResourceFolderFixture.Registry(more: "  credentials: { username: u, password: secret }\n"), "a password does not belong into a resource" },
        { ResourceFolderFixture.Registry(more: "  credentials: { username: u }\n"), "expected either passwordFile or passwordEnv" },
        { ResourceFolderFixture.Registry(more: "  acr: { region: cn-hongkong }\n"), "spec.acr.instanceId is missing" },
        { ResourceFolderFixture.Registry(more: "  acr: { instanceId: cri-1 }\n"), "spec.acr.region is missing" },
        { ResourceFolderFixture.Registry(more: "  acr: { instanceId: cri-1, region: 'cn-hongkong.attacker.example/' }\n"), "spec.acr.region: 'cn-hongkong.attacker.example/': expected at most 64 lower-case letters" },
        { ResourceFolderFixture.Registry(more: "  acr: { instanceId: CRI, region: cn-hongkong }\n"), "spec.acr.instanceId: 'CRI': expected" },
        { ResourceFolderFixture.Registry(more: "  acr: { instanceId: cri-1, region: cn-hongkong, namespaces: [] }\n"), "spec.acr.namespaces: the list is empty" },
        { ResourceFolderFixture.Registry(more: "  acr: { instanceId: cri-1, region: cn-hongkong }\n  credentials: { username: u, passwordEnv: P }\n"), "expected either acr or credentials" },
        { ResourceFolderFixture.Registry(more: "  acr: { instanceId: cri-1, region: r1 }\n") + "---\n" + ResourceFolderFixture.Registry("two", "two.example.com", "  acr: { instanceId: cri-1, region: r1 }\n"), "the instance cri-1 in r1 belongs to Registry 'main' already" },
        { ResourceFolderFixture.Registry(more: "  tpyo: 1\n"), "a.yaml:6: Registry 'main': spec: 'tpyo' is not known here; expected one of host, aliases" },
        { ResourceFolderFixture.Registry(name: "Main"), "metadata.name: 'Main': expected lower-case letters" },
        { ResourceFolderFixture.Registry() + "---\n" + ResourceFolderFixture.Registry(host: "other.example.com"), "'main' stands here again; it is in a.yaml:2 already" },
        { ResourceFolderFixture.Registry() + "---\n" + ResourceFolderFixture.Registry("two", more: "  aliases: [x.example.com]\n"), "the host registry.example.com belongs to Registry 'main' already" },
        { ResourceFolderFixture.Witness(state: "Active"), "spec.keys[0].state: 'Active' is not known; expected active or retired or revoked" },
        { ResourceFolderFixture.Witness(pem: "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"), "the public key does not fit RSA_PKCS1_SHA_256" },
        { ResourceFolderFixture.Witness(pem: "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"), "a private key stands where the public key belongs" },
        { ResourceFolderFixture.Witness().Replace("kms: local", "kms: alibaba"), "spec.keys[0].region is missing" },
        { ResourceFolderFixture.Witness().Replace("kms: local", "kms: alibaba\n      region: cn-hongkong"), "spec.keys[0].keyVersionId is missing" },
        { ResourceFolderFixture.Witness().Replace("kms: local", "kms: alibaba\n      keyVersionId: v1\n      region: 'x/y'"), "spec.keys[0].region: 'x/y': expected" },
        { ResourceFolderFixture.Witness().Replace("RSA_PKCS1_SHA_256", "RSA"), "'RSA' is not known; expected RSA_PKCS1_SHA_256 or" },
        { ResourceFolderFixture.Witness().Replace("RSA_PKCS1_SHA_256", "ECDSA_SHA_256"), "the public key does not fit ECDSA_SHA_256" },
        { ResourceFolderFixture.Rule(), "spec.registry: there is no Registry 'main'" },
        { ResourceFolderFixture.Registry() + "---\n" + ResourceFolderFixture.Witness(state: "retired") + "---\n" + ResourceFolderFixture.Rule(), "Witness 'release' has no active key to sign with" },
        { ResourceFolderFixture.Rule("registry: main, namespace: x, witness: release, mode: Sometimes"), "'Sometimes' is not known; expected Automatic or Manual" },
        { ResourceFolderFixture.Rule("registry: main, namespace: x, witness: release, tags: []"), "spec.tags: the list is empty" },
        { ResourceFolderFixture.Policy(), "spec.require: there is no Witness 'release'" },
        { ResourceFolderFixture.Policy("namespaces: [default]"), "spec.require is missing" },
        { ResourceFolderFixture.Policy("namespaces: [default], require: {}"), "expected either allOf: [witnesses], or atLeast" },
        { ResourceFolderFixture.Policy("namespaces: [default], require: { allOf: [] }"), "spec.require.allOf: the list is empty" },
        { ResourceFolderFixture.Policy("namespaces: [default], require: { atLeast: 0, of: [release] }"), "expected a number from 1 to 1, found '0'" },
        { ResourceFolderFixture.Policy("namespaces: [default], require: { atLeast: 2, of: [release] }"), "expected a number from 1 to 1, found '2'" },
        { ResourceFolderFixture.Policy("namespaces: [default], require: { allOf: [release, release] }"), "'release' stands here twice" },
        { ResourceFolderFixture.Policy("namespaces: [default], require: { allOf: [release] }, enforcement: enforce"), "'enforce' is not known; expected Enforce or DryRun" },
        { ResourceFolderFixture.Policy("namespaces: [default], require: { allOf: [release] }, enabled: yes"), "expected true or false, found 'yes'" },
        { ResourceFolderFixture.Policy("namespaces: [default], require: { allOf: [release] }, breakGlass: Maybe"), "'Maybe' is not known; expected Deny or Allow" },
        { ResourceFolderFixture.Policy("namespaces: [default], require: { allOf: [release] }, tags: Allow"), "'Allow' is not known; expected Deny or Immutable" },
        { ResourceFolderFixture.Policy("namespaces: [default], require: { allOf: [release] }, placeholders: [\"a*\"]"), "an image exactly as it is written, not a pattern" },
        { ResourceFolderFixture.Policy("require: { allOf: [release] }"), "spec.namespaces is missing" },
        { ResourceFolderFixture.Policy("namespaceSelector: {}, require: { allOf: [release] }"), "the selector asks for no label" },
        { ResourceFolderFixture.Policy("namespaceSelector: { matchLabels: { \"a b\": x } }, require: { allOf: [release] }"), "expected a label's key" },
        { ResourceFolderFixture.Policy("namespaceSelector: { matchLabels: { a: \"-\" } }, require: { allOf: [release] }"), "expected a label's value" },
        { ResourceFolderFixture.Policy("namespaceSelector: { matchExpressions: [{ key: a, operator: Is, values: [b] }] }, require: { allOf: [release] }"), "'Is' is not known; expected In or NotIn or Exists or DoesNotExist" },
        { ResourceFolderFixture.Policy("namespaceSelector: { matchExpressions: [{ key: a, operator: In }] }, require: { allOf: [release] }"), "In needs values" },
        { ResourceFolderFixture.Policy("namespaceSelector: { matchExpressions: [{ key: a, operator: Exists, values: [b] }] }, require: { allOf: [release] }"), "Exists takes no values" },
        { ResourceFolderFixture.Policy("namespaces: [default], require: { allOf: [release] }, waitForAttestation: 9s"), "expected a duration of at most 8s" },
        { "kind: Registry\nmetadata: { name: x }\nspec: {}\n", "a.yaml:1: document: 'apiVersion' is missing" },
        { "apiVersion: kritis.events/v2\nkind: Registry\nmetadata: { name: x }\nspec: {}\n", "'kritis.events/v2' is not known" },
        { "apiVersion: kritis.grafeas.io/v1beta1\nkind: AttestationAuthority\nmetadata: { name: x }\nspec: {}\n", "are not read from files in this version" },
        { "apiVersion: kritis.events/v1alpha1\nkind: SecurityPolciy\nmetadata: { name: x }\nspec: {}\n", "a.yaml:2: document: kind: 'SecurityPolciy' is not known" },
        { "apiVersion: kritis.events/v1alpha1\nkind: Registry\nmetadata: { name: null }\nspec: {}\n", "metadata.name: null stands here; expected a text" },
        { "- a\n- b\n", "a list stands here; expected a mapping" },
        { "just text", "expected a mapping" },
    };

    [Theory]
    [MemberData(nameof(WrongSpecs))]
    public void What_is_wrong_is_told_with_file_line_and_what_is_expected(string yaml, string expected)
    {
        _folder.Write("a.yaml", yaml);

        var load = ResourceFiles.Load(_folder.Path);

        load.Resources.Should().BeNull();
        load.Problems.Select(problem => problem.ToString()).Should().Contain(problem => problem.Contains(expected) && problem.StartsWith("a.yaml:"));
    }

    public static TheoryData<byte[]> Unreadable => new()
    {
        "a: [1, 2"u8.ToArray(),
        "\ta: b"u8.ToArray(),
        "a: 1\na: 2\n"u8.ToArray(),
        "a: \"\\x\""u8.ToArray(),
        new byte[] { 0xff, 0xfe, 0x61, 0x00 },
        new byte[] { 0x61, 0x3a, 0x20, 0xc3, 0x28 },
        new byte[] { 0x00, 0x00, 0x00 },
        new byte[10_000_000],
        "a: &x [1]\nb: *x\n"u8.ToArray(),
        "a: !!binary aGVsbG8=\n"u8.ToArray(),
        System.Text.Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("[", 100_000))),
        System.Text.Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 200).Select(level => new string(' ', level) + "a:\n"))),
    };

    [Theory]
    [MemberData(nameof(Unreadable))]
    public void A_file_that_cannot_be_read_makes_the_folder_invalid_and_nothing_worse(byte[] content)
    {
        _folder.Write("good.yaml", ResourceFolderFixture.Valid).Write("bad.yaml", content);

        var load = ResourceFiles.Load(_folder.Path);

        load.Resources.Should().BeNull();
        load.Problems.Should().Contain(problem => problem.File == "bad.yaml");
    }

    [Fact]
    public void A_bomb_of_aliases_is_refused_before_it_grows()
    {
        var bomb = "a0: &a0 [x]\n" + string.Concat(Enumerable.Range(1, 60).Select(level => $"a{level}: &a{level} [*a{level - 1}, *a{level - 1}]\n"));
        _folder.Write("bomb.yaml", bomb);

        ResourceFiles.Load(_folder.Path).Problems.Should().Contain(problem => problem.Message.Contains("anchors and aliases are not taken"));
    }

    [Fact]
    public void A_folder_without_a_resource_is_invalid_because_nothing_to_enforce_is_not_nothing_to_refuse()
    {
        ResourceFiles.Load(_folder.Path).Problems.Should().ContainSingle().Which.Message.Should().Contain("holds no resource");
        ResourceFiles.Load(Path.Combine(_folder.Path, "missing")).Problems.Should().ContainSingle().Which.Message.Should().Contain("cannot be read");
    }

    [Fact]
    public void Several_problems_are_told_at_once()
    {
        _folder.Write("a.yaml", ResourceFolderFixture.Registry(host: "no-dot") + "---\n" + ResourceFolderFixture.Policy("namespaces: [default]"));

        ResourceFiles.Load(_folder.Path).Problems.Should().HaveCountGreaterThan(1);
    }

    [Fact]
    public void What_is_written_reads_back_the_same()
    {
        _folder.Write("in.yaml", ResourceFolderFixture.Valid);
        var set = Valid();
        _folder.Write("in.yaml", string.Join("---\n",
            ResourceYaml.Write(set.Registries[0]), ResourceYaml.Write(set.Witnesses["release"]), ResourceYaml.Write(set.Rules[0]), ResourceYaml.Write(set.Policies[0])));

        var again = Valid();

        again.Registries.Should().BeEquivalentTo(set.Registries);
        again.Rules.Should().BeEquivalentTo(set.Rules);
        again.Policies.Should().BeEquivalentTo(set.Policies);
        again.Witnesses["release"].Keys[0].PublicKey.Fingerprint.Should().Be(set.Witnesses["release"].Keys[0].PublicKey.Fingerprint);
    }

    [Fact]
    public void Damaged_resources_never_do_more_than_make_the_folder_invalid()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var valid = System.Text.Encoding.UTF8.GetBytes(ResourceFolderFixture.Valid);
        for (var round = 0; round < 2000; round++)
        {
            var damaged = Damage(valid, random);
            _folder.Write("a.yaml", damaged);
            var load = () => ResourceFiles.Load(_folder.Path);
            load.Should().NotThrow($"seed {seed}, round {round}").Which
                .Should().Match<ResourceLoad>(result => (result.Resources == null) == (result.Problems.Count > 0), $"seed {seed}, round {round}");
        }
    }

    private static byte[] Damage(byte[] valid, Random random)
    {
        var damaged = valid.ToList();
        for (var change = 0; change <= random.Next(4); change++)
        {
            var at = random.Next(damaged.Count);
            switch (random.Next(4))
            {
                case 0:
                    damaged[at] = (byte)random.Next(256);
                    break;
                case 1:
                    damaged.RemoveRange(at, Math.Min(random.Next(40), damaged.Count - at));
                    break;
                case 2:
                    damaged.InsertRange(at, valid.Skip(random.Next(valid.Length)).Take(random.Next(60)));
                    break;
                default:
                    damaged.Insert(at, (byte)":{}[]&*!|>'\"#-\n\t "[random.Next(17)]);
                    break;
            }
        }

        return [.. damaged];
    }

    private ResourceSet Valid()
    {
        var load = ResourceFiles.Load(_folder.Path);
        load.Problems.Should().BeEmpty();
        return load.Resources!;
    }
}
