using Kritis.Events.AlibabaCloud.Emulator.SecurityCenter;
using Kritis.Events.Attestations.Keys;
using Kritis.Events.Attestations.Resources;

namespace Kritis.Events.Cli.Tests.AlibabaCloud;

/// <summary><c>kritis import security-center</c>.</summary>
public sealed class ImportTests : IAsyncLifetime
{
    private KritisAgainstCloud? _kritis;

    private KritisAgainstCloud Kritis => _kritis!;

    public async ValueTask InitializeAsync() => _kritis = await KritisAgainstCloud.StartAsync();

    public ValueTask DisposeAsync() => Kritis.DisposeAsync();

    [Fact]
    public async Task Witnesses_and_policies_of_the_console_become_resources_with_the_keys_of_KMS_pinned()
    {
        var rsa = Kritis.HoldWitness("release", remark: "the release team");
        var ec = Kritis.HoldWitness("qa", "EC_P256", "eu-central-1");
        Kritis.Emulator.Policies.Enqueue(new BinarySecurityPolicy
        {
            Name = "production",
            Clusters = [new PolicyCluster("c1", "default", "shop"), new PolicyCluster("c2", "shop", "default"), new PolicyCluster("c3", "web")],
            RequiredAttestors = ["release", "qa"],
            AsText = true,
        });
        Kritis.HoldPolicy("old", "qa", "disabled");

        var (exit, output) = await Kritis.ImportAsync();

        exit.Should().Be(0, output);
        var set = Kritis.Load();
        set.Witnesses["release"].Keys.Should().ContainSingle().Which.Should().BeEquivalentTo(
            new { Kms = "alibaba", Region = "cn-hongkong", KeyId = rsa.Id, KeyVersionId = rsa.LatestVersion, State = KeyState.Active, PublicKey = new { Algorithm = SignatureAlgorithm.RsaPkcs1Sha256 } });
        set.Witnesses["qa"].Keys.Should().ContainSingle().Which.PublicKey.Fingerprint
            .Should().Be(PublicKey.FromPem(ec.PublicKeyOf(ec.LatestVersion), SignatureAlgorithm.EcdsaSha256).Fingerprint);
        set.Policies.Should().BeEquivalentTo(new[]
        {
            new { Name = "old", Enabled = false, Clusters = new[] { "c8b2f0a1e3d44" }, Namespaces = new[] { "default" }, Witnesses = new[] { "qa" }, AtLeast = 1, Enforcement = Enforcement.Enforce },
            new { Name = "production-c1", Enabled = true, Clusters = new[] { "c1", "c2" }, Namespaces = new[] { "default", "shop" }, Witnesses = new[] { "qa", "release" }, AtLeast = 2, Enforcement = Enforcement.Enforce },
            new { Name = "production-c3", Enabled = true, Clusters = new[] { "c3" }, Namespaces = new[] { "web" }, Witnesses = new[] { "qa", "release" }, AtLeast = 2, Enforcement = Enforcement.Enforce },
        });
        Kritis.ReadResource("security-center.witnesses.yaml").Should().Contain("# the release team");
        Kritis.Emulator.Calls.Select(call => call.Action).Distinct().Should()
            .BeEquivalentTo(["DescribeAttestors", "DescribeBinarySecurityPolicies", "DescribeKey", "GetPublicKey"], "nothing is ever written to Security Center");
    }

    [Fact]
    public async Task Every_page_is_read()
    {
        var key = Kritis.Emulator.Keys.Create();
        for (var number = 0; number < 120; number++)
        {
            Kritis.Emulator.Attestors.Enqueue(new Attestor($"w{number}", key.Id, number == 0 ? key.LatestVersion : key.AddVersion(), "cn-hongkong"));
            Kritis.HoldPolicy($"p{number}", $"w{number}");
        }

        var (exit, output) = await Kritis.ImportAsync();

        exit.Should().Be(0, output);
        output.Should().Contain("120 witnesses, 120 policies");
        Kritis.Load().Policies.Should().HaveCount(120);
        Kritis.Load().Witnesses.Should().HaveCount(120);
    }

    [Fact]
    public async Task Diff_exits_with_1_until_the_folder_is_in_step_and_writes_nothing()
    {
        Kritis.HoldWitness("release");
        Kritis.HoldPolicy("default", "release");

        var before = await Kritis.ImportAsync("--diff");
        before.ExitCode.Should().Be(1, before.Output);
        before.Output.Should().ContainAll("+ Witness 'release' is not in the folder", "+ SecurityPolicy 'default' is not in the folder", "namespaces: default");
        Directory.Exists(Kritis.Resources).Should().BeFalse();

        (await Kritis.ImportAsync()).ExitCode.Should().Be(0);
        var written = Kritis.ReadResource("security-center.policies.yaml");
        var same = await Kritis.ImportAsync("--diff");
        same.ExitCode.Should().Be(0, same.Output);

        Kritis.Emulator.Policies.Clear();
        Kritis.HoldPolicy("default", "release", "disabled");
        var after = await Kritis.ImportAsync("--diff");
        after.ExitCode.Should().Be(1, after.Output);
        after.Output.Should().ContainAll("~ SecurityPolicy 'default'", "- enabled: true", "+ enabled: false");
        Kritis.ReadResource("security-center.policies.yaml").Should().Be(written);
    }

    [Fact]
    public async Task A_policy_that_is_gone_there_goes_here()
    {
        Kritis.HoldWitness("release");
        Kritis.HoldPolicy("default", "release");
        Kritis.HoldPolicy("second", "release");
        (await Kritis.ImportAsync()).ExitCode.Should().Be(0);

        Kritis.Emulator.Policies.Clear();
        var (exit, output) = await Kritis.ImportAsync();

        exit.Should().Be(0, output);
        output.Should().ContainAll("- SecurityPolicy 'default'", "- SecurityPolicy 'second'");
        Kritis.Load().Policies.Should().BeEmpty();
        File.Exists(Path.Combine(Kritis.Resources, "security-center.policies.yaml")).Should().BeFalse();
    }

    [Fact]
    public async Task A_new_key_in_the_console_becomes_active_and_the_old_one_stays_believed()
    {
        var key = Kritis.HoldWitness("release");
        (await Kritis.ImportAsync()).ExitCode.Should().Be(0);
        var first = key.LatestVersion;
        Kritis.Emulator.Attestors.Clear();
        Kritis.Emulator.Attestors.Enqueue(new Attestor("release", key.Id, key.AddVersion(), "cn-hongkong"));

        var (exit, output) = await Kritis.ImportAsync();

        exit.Should().Be(0, output);
        var keys = Kritis.Load().Witnesses["release"].Keys;
        keys.Single(known => known.KeyVersionId == key.LatestVersion).State.Should().Be(KeyState.Active);
        keys.Single(known => known.KeyVersionId == first).State.Should().Be(KeyState.Retired);
    }

    [Fact]
    public async Task What_a_person_set_in_an_imported_policy_or_witness_stays()
    {
        Kritis.HoldWitness("release");
        Kritis.HoldPolicy("default", "release");
        (await Kritis.ImportAsync()).ExitCode.Should().Be(0);
        Kritis.WriteResource("security-center.policies.yaml", Kritis.ReadResource("security-center.policies.yaml")
            .Replace("exempt: []", "exempt: [\"registry.example.com/acs/*\"]\n  waitForAttestation: 2s", StringComparison.Ordinal)
            .Replace("enforcement: Enforce", "enforcement: DryRun", StringComparison.Ordinal));
        Kritis.WriteResource("security-center.witnesses.yaml", Kritis.ReadResource("security-center.witnesses.yaml").Replace("state: active", "state: revoked", StringComparison.Ordinal));

        var diff = await Kritis.ImportAsync("--diff");
        var (exit, output) = await Kritis.ImportAsync();

        diff.ExitCode.Should().Be(0, diff.Output);
        exit.Should().Be(0, output);
        output.Should().Contain("revoked here and stays so");
        Kritis.Load().Witnesses["release"].Keys.Single().State.Should().Be(KeyState.Revoked);
        Kritis.Load().Policies.Single().Should().BeEquivalentTo(
            new { Enforcement = Enforcement.DryRun, Exempt = new[] { "registry.example.com/acs/*" }, WaitForAttestation = TimeSpan.FromSeconds(2) });
    }

    [Fact]
    public async Task Files_of_a_persons_own_are_compared_and_never_changed()
    {
        var key = Kritis.HoldWitness("release");
        Kritis.HoldPolicy("default", "release");
        (await Kritis.ImportAsync()).ExitCode.Should().Be(0);
        File.Move(Path.Combine(Kritis.Resources, "security-center.witnesses.yaml"), Path.Combine(Kritis.Resources, "mine.yaml"));
        (await Kritis.ImportAsync("--diff")).ExitCode.Should().Be(0, "the same witness stands in a file of the person's own");
        var mine = Kritis.ReadResource("mine.yaml");
        Kritis.Emulator.Attestors.Clear();
        Kritis.Emulator.Attestors.Enqueue(new Attestor("release", key.Id, key.AddVersion(), "cn-hongkong"));

        var (exit, output) = await Kritis.ImportAsync();

        exit.Should().Be(0, output);
        output.Should().ContainAll("~ Witness 'release' (mine.yaml) differs", "1 more stand in files of your own");
        Kritis.ReadResource("mine.yaml").Should().Be(mine);
        Kritis.Load().Witnesses.Should().ContainSingle();
    }

    [Fact]
    public async Task Names_that_no_resource_can_have_are_mapped_always_to_the_same_one()
    {
        Kritis.HoldWitness("Release Team");
        Kritis.HoldWitness("release-team");
        Kritis.HoldWitness("发布");
        Kritis.HoldPolicy("Prod", "Release Team");

        var (exit, output) = await Kritis.ImportAsync();

        exit.Should().Be(0, output);
        var set = Kritis.Load();
        set.Witnesses.Should().HaveCount(3);
        var mapped = set.Policies.Single().Witnesses.Single();
        mapped.Should().MatchRegex("^release-team-[0-9a-f]{8}$");
        output.Should().Contain($"Witness 'Release Team' is called '{mapped}' here");
        (await Kritis.ImportAsync("--diff")).ExitCode.Should().Be(0);
    }

    [Theory]
    [InlineData("EC_SM2", "which is not supported")]
    [InlineData("EC_P256K", "which is not supported")]
    public async Task A_witness_whose_key_cannot_be_used_stops_the_import_only_where_an_enabled_policy_requires_it(string spec, string reason)
    {
        Kritis.HoldWitness("other", spec);
        Kritis.HoldWitness("release");
        Kritis.HoldPolicy("default", "release");
        Kritis.HoldPolicy("off", "other", "disabled");

        var left = await Kritis.ImportAsync();
        left.ExitCode.Should().Be(0, left.Output);
        left.Output.Should().ContainAll("Witness 'other' is left out", reason, "SecurityPolicy 'off' cannot be imported");
        Kritis.Load().Witnesses.Keys.Should().Equal("release");

        Kritis.HoldPolicy("on", "other");
        var written = Kritis.ReadResource("security-center.policies.yaml");
        var refused = await Kritis.ImportAsync();
        refused.ExitCode.Should().Be(2, refused.Output);
        refused.Output.Should().ContainAll("SecurityPolicy 'on' cannot be imported", reason, "Nothing was written");
        Kritis.ReadResource("security-center.policies.yaml").Should().Be(written);
    }

    [Theory]
    [InlineData("anotherMode", "release", "its mode 'anotherMode' is not known")]
    [InlineData("requireAttestor", "nobody", "which Security Center does not hold")]
    public async Task A_policy_that_cannot_be_said_here_is_never_said_more_loosely(string mode, string witness, string reason)
    {
        Kritis.HoldWitness("release");
        Kritis.Emulator.Policies.Enqueue(new BinarySecurityPolicy { Name = "odd", Mode = mode, Clusters = [new PolicyCluster("c1", "default")], RequiredAttestors = [witness] });

        var (exit, output) = await Kritis.ImportAsync();

        exit.Should().Be(2, output);
        output.Should().ContainAll("SecurityPolicy 'odd' cannot be imported", reason, "Nothing was written");
        Directory.Exists(Kritis.Resources).Should().BeFalse();
    }

    [Fact]
    public async Task A_policy_without_namespaces_is_not_guessed_at()
    {
        Kritis.HoldWitness("release");
        Kritis.Emulator.Policies.Enqueue(new BinarySecurityPolicy { Name = "odd", Clusters = [new PolicyCluster("c1")], RequiredAttestors = ["release"] });

        var (exit, output) = await Kritis.ImportAsync();

        exit.Should().Be(2, output);
        output.Should().Contain("it names no namespace of the cluster c1");
    }

    [Fact]
    public async Task The_folder_is_left_alone_where_it_would_be_invalid_with_the_import()
    {
        Kritis.HoldWitness("release");
        (await Kritis.ImportAsync()).ExitCode.Should().Be(0);
        Kritis.WriteResource("rules.yaml", """
            apiVersion: kritis.events/v1alpha1
            kind: Registry
            metadata: { name: r }
            spec: { host: registry.example.com }
            ---
            apiVersion: kritis.events/v1alpha1
            kind: SigningRule
            metadata: { name: r }
            spec: { registry: r, namespace: n, repositories: ["*"], tags: ["*"], witness: release, mode: Automatic }
            """);
        Kritis.Emulator.Attestors.Clear();
        Kritis.HoldWitness("another");

        var (exit, output) = await Kritis.ImportAsync();

        exit.Should().Be(2, output);
        output.Should().ContainAll("rules.yaml:7", "there is no Witness 'release'", "Nothing was written");
        Kritis.Load().Witnesses.Keys.Should().Equal("release");
    }

    [Fact]
    public async Task An_empty_Security_Center_does_not_empty_the_folder()
    {
        Kritis.HoldWitness("release");
        (await Kritis.ImportAsync()).ExitCode.Should().Be(0);
        Kritis.Emulator.Attestors.Clear();

        var (exit, output) = await Kritis.ImportAsync();

        exit.Should().Be(2, output);
        output.Should().ContainAll("holds no witness and no policy", "AlibabaCloud:SecurityCenterRegion");
        Kritis.Load().Witnesses.Should().ContainSingle();
    }

    [Fact]
    public async Task A_key_that_KMS_gives_out_no_more_stays_pinned()
    {
        var key = Kritis.HoldWitness("release");
        Kritis.HoldPolicy("default", "release");
        (await Kritis.ImportAsync()).ExitCode.Should().Be(0);
        Kritis.Emulator.Faults.Fail("GetPublicKey", 100, 403, "Rejected.Disabled", "The request was rejected because the key state is Disabled.");

        var (exit, output) = await Kritis.ImportAsync();

        exit.Should().Be(0, output);
        output.Should().ContainAll("warning: Witness 'release' stays as it is", "Rejected.Disabled");
        Kritis.Load().Witnesses["release"].Keys.Single().KeyVersionId.Should().Be(key.LatestVersion);
    }

    [Theory]
    [InlineData("DescribeAttestors", "Forbidden.RAM", "Forbidden.RAM")]
    [InlineData("DescribeBinarySecurityPolicies", "NoPermission", "NoPermission")]
    public async Task A_refusal_is_told_in_one_line_with_code_and_request_id(string action, string code, string told)
    {
        Kritis.HoldWitness("release");
        Kritis.Emulator.Faults.Fail(action, 100, 403, code, "You are not authorized.");

        var (exit, output) = await Kritis.ImportAsync("--diff");

        exit.Should().Be(2, output);
        output.Should().ContainAll($"Security Center {action}", told, "request id").And.NotContain("   at ");
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"Attestors":[{"Name":"x"}],"PageInfo":{"TotalCount":1}}""")]
    [InlineData("""{"Attestors":[1],"PageInfo":{"TotalCount":1}}""")]
    [InlineData("""{"Attestors":[],"PageInfo":{"TotalCount":7}}""")]
    [InlineData("""{"Attestors":[],"PageInfo":{"TotalCount":"many"}}""")]
    [InlineData("""{"Attestors":[{"Name":"release","KeyId":"k","KeyVersionId":"v","KeyRegionId":"evil.example.com/x?"}],"PageInfo":{"TotalCount":1}}""")]
    public async Task An_answer_that_cannot_be_used_writes_nothing(string answer)
    {
        Kritis.HoldPolicy("default", "release");
        Kritis.Emulator.Faults.Garble("DescribeAttestors", 100, answer);

        var (exit, output) = await Kritis.ImportAsync();

        exit.Should().Be(2, output);
        output.Should().NotContain("   at ");
        Directory.Exists(Kritis.Resources).Should().BeFalse();
    }

    [Fact]
    public async Task KMS_out_of_reach_is_no_reason_to_drop_a_witness()
    {
        Kritis.HoldWitness("release");
        Kritis.Emulator.Faults.Fail("DescribeKey", 1000, 503, "ServiceUnavailableTemporary");

        var (exit, output) = await Kritis.ImportAsync();

        exit.Should().Be(2, output);
        output.Should().Contain("ServiceUnavailableTemporary");
        Directory.Exists(Kritis.Resources).Should().BeFalse();
    }
}
