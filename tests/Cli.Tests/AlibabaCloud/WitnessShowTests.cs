using Kritis.Events.Attestations.Keys;

namespace Kritis.Events.Cli.Tests.AlibabaCloud;

/// <summary><c>kritis witness show</c>.</summary>
public sealed class WitnessShowTests : IAsyncLifetime
{
    private KritisAgainstCloud? _kritis;

    private KritisAgainstCloud Kritis => _kritis!;

    public async ValueTask InitializeAsync() => _kritis = await KritisAgainstCloud.StartAsync();

    public ValueTask DisposeAsync() => Kritis.DisposeAsync();

    [Fact]
    public async Task A_key_is_shown_with_spec_versions_and_fingerprint_and_the_output_is_a_Witness_to_keep()
    {
        var key = Kritis.Emulator.Keys.Create(alias: "alias/release");

        var (exit, output) = await Kritis.RunAsync("witness", "show", "--region", "cn-hongkong", "--key", "alias/release");

        exit.Should().Be(0, output);
        var fingerprint = PublicKey.FromPem(key.PublicKeyOf(key.LatestVersion), SignatureAlgorithm.RsaPkcs1Sha256).Fingerprint;
        output.Should().ContainAll(key.Id, "RSA_2048", "SIGN/VERIFY", "Enabled", key.LatestVersion, fingerprint.ToString(), "RSA_PKCS1_SHA_256 or RSA_PSS_SHA_256");
        Kritis.WriteResource("release.yaml", output);
        Kritis.Load().Witnesses["release"].ActiveKey.Should().BeEquivalentTo(
            new { Kms = "alibaba", Region = "cn-hongkong", KeyId = "alias/release", KeyVersionId = key.LatestVersion, PublicKey = new { Fingerprint = fingerprint } });
    }

    [Fact]
    public async Task Of_several_versions_the_one_that_is_chosen_is_active()
    {
        var key = Kritis.Emulator.Keys.Create("EC_P256");
        var first = key.LatestVersion;
        _ = key.AddVersion();
        string[] command = ["witness", "show", "--region", "cn-hongkong", "--key", key.Id, "--name", "qa"];

        var open = await Kritis.RunAsync(command);
        open.ExitCode.Should().Be(0, open.Output);
        open.Output.Should().Contain("choose one with --key-version").And.NotContain("state: active");
        var chosen = await Kritis.RunAsync([.. command, "--key-version", first]);

        chosen.ExitCode.Should().Be(0, chosen.Output);
        Kritis.WriteResource("qa.yaml", chosen.Output);
        Kritis.Load().Witnesses["qa"].ActiveKey!.KeyVersionId.Should().Be(first);
        Kritis.Load().Witnesses["qa"].Keys.Should().HaveCount(2);
        (await Kritis.RunAsync([.. command, "--key-version", "nope"])).Output.Should().Contain("the key has no such version");
    }

    [Fact]
    public async Task A_pinned_key_that_is_not_the_one_of_KMS_is_told_with_both_fingerprints()
    {
        var (mine, other) = (Kritis.Emulator.Keys.Create(alias: "alias/release"), Kritis.Emulator.Keys.Create());
        var shown = await Kritis.RunAsync("witness", "show", "--region", "cn-hongkong", "--key", "alias/release");
        Kritis.WriteResource("release.yaml", shown.Output);
        var right = await Kritis.RunAsync("witness", "show", "release");
        right.ExitCode.Should().Be(0, right.Output);
        right.Output.Should().Contain("the pinned key is KMS's version");

        Kritis.WriteResource("release.yaml", shown.Output.Replace(
            Indented(mine.PublicKeyOf(mine.LatestVersion)), Indented(other.PublicKeyOf(other.LatestVersion)), StringComparison.Ordinal));
        var (exit, output) = await Kritis.RunAsync("witness", "show", "release");

        exit.Should().Be(1, output);
        output.Should().ContainAll("DIFFERENT", Fingerprint(mine), Fingerprint(other));

        static string Indented(string pem) => string.Join('\n', pem.TrimEnd().Split('\n').Select(line => $"        {line}"));

        static string Fingerprint(Events.AlibabaCloud.Emulator.Kms.KmsKey key) =>
            PublicKey.FromPem(key.PublicKeyOf(key.LatestVersion), SignatureAlgorithm.RsaPkcs1Sha256).Fingerprint.ToString();
    }

    [Theory]
    [InlineData("EC_SM2", "SIGN/VERIFY")]
    [InlineData("RSA_2048", "ENCRYPT/DECRYPT")]
    public async Task A_key_that_cannot_serve_is_shown_without_a_Witness(string spec, string usage)
    {
        var key = Kritis.Emulator.Keys.Create(spec, usage: usage);

        var (exit, output) = await Kritis.RunAsync("witness", "show", "--region", "cn-hongkong", "--key", key.Id);

        exit.Should().Be(1, output);
        output.Should().ContainAll(spec, usage, "nothing that is supported").And.NotContain("kind: Witness");
    }

    [Theory]
    [InlineData("expected the NAME of a Witness, or --region and --key")]
    [InlineData("Forbidden.KeyNotFound", "--region", "cn-hongkong", "--key", "key-nope")]
    [InlineData("expected a region's id", "--region", "http://evil", "--key", "key-nope")]
    [InlineData("has no Witness 'nobody'", "nobody")]
    public async Task What_is_wrong_is_told_in_one_line(string told, params string[] arguments)
    {
        var (exit, output) = await Kritis.RunAsync(["witness", "show", .. arguments]);

        exit.Should().Be(1, output);
        output.Should().Contain(told).And.NotContain("   at ");
        output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().ContainSingle();
    }
}
