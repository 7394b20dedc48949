using System.Security.Cryptography;
using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Keys;
using Kritis.Events.Attestations.Resources.Kubernetes;
using Kritis.Events.Attestations.Tests.Keys;
using Kritis.Events.Attestations.Verification;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Attestations.Tests.Resources.Kubernetes.Grafeas;

/// <summary><c>AttestationAuthority</c> and <c>GenericAttestationPolicy</c> of kritis-validation-hook.</summary>
public sealed class AuthorityTests
{
    private const string NeedsDemo = """{"attestationAuthorityNames":["demo-aa"]}""";
    private static readonly Image App = new("registry.example.com", "kritis-demo/app", Digest.Of("app"u8));
    private readonly Objects _objects = new();

    [Fact]
    public void The_documented_objects_make_a_witness_that_never_signs_and_a_policy_of_one_namespace()
    {
        var set = _objects.Authority("demo-aa").AttestationPolicy("default", NeedsDemo, "demo-gap").Set;

        set.Witnesses.Should().ContainKey("demo-aa").WhoseValue.Keys.Should().ContainSingle().Which.Should().BeEquivalentTo(
            new { Kms = "alibaba", KeyId = "4a2ef103", State = KeyState.Retired });
        set.Witnesses["demo-aa"].ActiveKey.Should().BeNull();
        set.Policies.Should().ContainSingle().Which.Should().BeEquivalentTo(new
        {
            Name = "gap:default/demo-gap", Enabled = true, Namespaces = new[] { "default" }, Clusters = new[] { "*" }, Witnesses = new[] { "demo-aa" }, AtLeast = 1, Problem = (string?)null,
        });
        _objects.States.Should().OnlyContain(state => state.Standing == ObjectStanding.InForce);
    }

    public static TheoryData<string, string, SignatureAlgorithm> Algorithms => new()
    {
        { Rsa, "{}", SignatureAlgorithm.RsaPkcs1Sha256 },
        { Ec(ECCurve.NamedCurves.nistP256), "{}", SignatureAlgorithm.EcdsaSha256 },
        { Rsa, """{"kritis.events/algorithm":"RSA_PSS_SHA_256"}""", SignatureAlgorithm.RsaPssSha256 },
        { Rsa, """{"other":"x"}""", SignatureAlgorithm.RsaPkcs1Sha256 },
    };

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void The_kind_of_key_or_an_annotation_says_the_algorithm(string pem, string annotations, SignatureAlgorithm algorithm)
    {
        var set = _objects.Authority("demo-aa", pem: pem, annotations: annotations).Set;

        set.Witnesses["demo-aa"].Keys.Single().PublicKey.Algorithm.Should().Be(algorithm);
    }

    public static TheoryData<string, string, string> Unusable => new()
    {
        { "no key at all", "{}", "expected a PEM block 'PUBLIC KEY'" },
        { Ec(ECCurve.NamedCurves.nistP384), "{}", "the EC key is not on P-256" },
        { Rsa, """{"kritis.events/algorithm":"RSA"}""", "annotation kritis.events/algorithm: 'RSA' is not known; expected RSA_PKCS1_SHA_256 or" },
        { Rsa, """{"kritis.events/algorithm":"ECDSA_SHA_256"}""", "the public key does not fit ECDSA_SHA_256" },
        { "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", "{}", "the public key does not fit RSA_PKCS1_SHA_256" },
    };

    [Theory]
    [MemberData(nameof(Unusable))]
    public void G3_An_authority_with_an_unusable_key_vouches_for_nothing(string pem, string annotations, string problem)
    {
        var set = _objects.Authority("demo-aa", pem: pem, annotations: annotations).AttestationPolicy("default", NeedsDemo).Set;

        set.Witnesses["demo-aa"].Keys.Should().BeEmpty();
        set.Policies.Should().ContainSingle().Which.Witnesses.Should().Equal("demo-aa");
        _objects.StateOf("demo-aa").Message.Should().Contain(problem).And.EndWith("; it vouches for nothing");
    }

    [Theory]
    [InlineData("""{"publicKeyData":"%%%"}""", "spec.publicKeyData: expected base64 of a PEM block")]
    [InlineData("""{"publicKeyId":"x"}""", "spec.publicKeyData is missing")]
    [InlineData("""{"publicKeyData":{"a":1}}""", "spec.publicKeyData: a mapping stands here")]
    [InlineData("7", "spec: '7' stands here; expected a mapping")]
    public void An_authority_that_cannot_be_read_is_reported(string spec, string problem)
    {
        _objects.Add(Attestations.Kubernetes.ClusterKind.AttestationAuthorities, "demo-aa", spec);

        _objects.StateOf("demo-aa").Message.Should().StartWith($"AttestationAuthority 'demo-aa': {problem}");
    }

    [Fact]
    public void G3_A_witness_object_goes_before_an_authority_of_its_name()
    {
        _objects.Authority("release", pem: Rsa).Witness("release");

        _objects.Set.Witnesses["release"].Keys.Should().ContainSingle().Which.Kms.Should().Be("local");
        _objects.States.Should().ContainSingle(state => state.Standing == ObjectStanding.Conflict).Which.Message
            .Should().Be("AttestationAuthority 'release': a witness of the whole cluster has that name, and goes before it; it vouches for nothing");
    }

    [Fact]
    public void G3_An_authority_in_a_namespace_does_not_stand_in_for_a_witness_that_a_policy_of_the_cluster_names()
    {
        var attacker = TestKey.Named("attacker");
        var set = _objects.Authority("release", ns: "team", pem: attacker.Public.Pem).Policy().Set;

        StandingUnder(set, "release", attacker).Should().Be(Standing.KeyNotPinned);
        _objects.StateOf("default").Standing.Should().Be(ObjectStanding.MissingWitness);
    }

    [Fact]
    public void G3_An_authority_in_a_namespace_does_not_stand_in_for_that_of_another_namespace()
    {
        var (ours, theirs) = (TestKey.Named("ours"), TestKey.Named("theirs"));
        var set = _objects.Authority("demo-aa", ns: "a", pem: theirs.Public.Pem).Authority("demo-aa", ns: "b", pem: ours.Public.Pem)
            .AttestationPolicy("a", NeedsDemo).AttestationPolicy("b", NeedsDemo).AttestationPolicy("c", NeedsDemo).Set;

        StandingUnder(set, "demo-aa", ours, "b").Should().Be(Standing.Attested);
        StandingUnder(set, "demo-aa", ours, "a").Should().Be(Standing.KeyNotPinned);
        StandingUnder(set, "demo-aa", ours, "c").Should().Be(Standing.KeyNotPinned);
        StandingUnder(set, "demo-aa", theirs, "a").Should().Be(Standing.Attested);
        _objects.States.Should().ContainSingle(state => state.Standing == ObjectStanding.MissingWitness).Which.Document.Metadata.NamespaceProperty.Should().Be("c");
    }

    [Fact]
    public void G3_A_key_pinned_for_another_algorithm_in_a_namespace_keeps_no_attestation_from_counting()
    {
        var pair = TestKey.Named("shared", SignatureAlgorithm.RsaPkcs1Sha256);
        var set = _objects
            .Authority("demo-aa", ns: "a", pem: pair.Public.Pem, annotations: """{"kritis.events/algorithm":"RSA_PSS_SHA_256"}""")
            .Authority("demo-aa", ns: "b", pem: pair.Public.Pem)
            .AttestationPolicy("b", NeedsDemo).Set;

        StandingUnder(set, "demo-aa", pair, "b").Should().Be(Standing.Attested);
    }

    [Fact]
    public void G3_A_witness_of_the_cluster_goes_before_the_namespaces_own_authority_of_its_name()
    {
        var attacker = TestKey.Named("attacker");
        var set = _objects.Witness("release").Authority("release", ns: "team", pem: attacker.Public.Pem).AttestationPolicy("team", """{"attestationAuthorityNames":["release"]}""").Set;

        StandingUnder(set, "release", attacker, "team").Should().Be(Standing.NoAttestation, "what it signed does not count at all");
    }

    [Fact]
    public void Every_authority_of_a_policy_must_attest_and_all_policies_of_a_namespace_stand()
    {
        var set = _objects.Authority("a").Authority("b")
            .AttestationPolicy("default", """{"attestationAuthorityNames":["a","b","a"],"admissionAllowlistPatterns":[{"namePattern":"*"}]}""", "one")
            .AttestationPolicy("default", """{"attestationAuthorityNames":["b"]}""", "two").Set;

        set.Policies.Select(policy => (policy.Name, string.Join(' ', policy.Witnesses), policy.AtLeast)).Should().BeEquivalentTo(
            [("gap:default/one", "a b", 2), ("gap:default/two", "b", 1)]);
        set.Policies.Should().OnlyContain(policy => policy.Exempt.Count == 0);
        set.Exemptions.Should().BeEmpty("who may write into one namespace exempts nothing");
    }

    [Theory]
    [InlineData("""{"attestationAuthorityNames":[]}""")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"attestationAuthorityNames":"demo-aa"}""")]
    [InlineData("""{"attestationAuthorityNames":["demo-aa","NOT A NAME"]}""")]
    public void G3_A_policy_that_names_nobody_that_can_be_read_refuses_its_own_namespace_and_no_other(string spec)
    {
        var policy = _objects.Authority("demo-aa").AttestationPolicy("team", spec).Set.Policies.Should().ContainSingle().Which;

        policy.Problem.Should().Be("its GenericAttestationPolicy object cannot be read");
        policy.Namespaces.Should().Equal("team");
        _objects.StateOf("gap").Should().BeEquivalentTo(new { Standing = ObjectStanding.Invalid });
    }

    private static string Rsa { get; } = TestKey.Named("authority", SignatureAlgorithm.RsaPkcs1Sha256).Public.Pem;

    private static string Ec(ECCurve curve)
    {
        using var key = ECDsa.Create(curve);
        return key.ExportSubjectPublicKeyInfoPem();
    }

    /// <summary>What a policy of the cluster, or the attestation policy of a namespace, makes of an image that the key has attested in that name.</summary>
    private static Standing StandingUnder(Attestations.Resources.ResourceSet set, string name, TestKey key, string? ns = null)
    {
        var attestation = key.Attest(App, name);
        var index = new AttestationIndex();
        if (AttestationVerifier.Verify(attestation, set) is { IsValid: true } verdict)
        {
            _ = index.Add(App, new IndexedAttestation { Witness = verdict.Witness!, KeyFingerprint = verdict.KeyFingerprint });
        }

        var policy = set.Policies.Single(policy => ns is null || policy.Namespaces.SequenceEqual([ns]));
        return index.Find(App).StandingOf(set.Witnesses[policy.Witnesses.Single()]).Standing;
    }
}
