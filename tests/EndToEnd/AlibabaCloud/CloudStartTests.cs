using Kritis.Events.AlibabaCloud.Emulator;
using Kritis.Events.AlibabaCloud.Emulator.Kms;
using Kritis.Events.Attestations.Keys;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.EndToEnd.System;
using Kritis.Events.Servers;

namespace Kritis.Events.EndToEnd.AlibabaCloud;

/// <summary>A signer whose keys in KMS could not sign says so in one line and does not start.</summary>
public sealed class CloudStartTests
{
    private const string Region = "cn-hongkong";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_pinned_key_that_is_not_the_keys_own_is_told_with_both_fingerprints()
    {
        await using var cloud = await StartAsync();
        var (key, other) = (cloud.Keys.Create(), cloud.Keys.Create());
        var pinned = Pin(key) with { KeyId = other.Id, KeyVersionId = other.LatestVersion };

        var output = await RefusesAsync(cloud, pinned);

        output.Should().ContainAll("The witness 'release' pins the public key", Pin(key).PublicKey.Fingerprint.ToString(), Pin(other).PublicKey.Fingerprint.ToString());
    }

    [Theory]
    [InlineData("cn-beijing", null, null, "Forbidden.KeyNotFound", "Check the witness's keyId and region")]
    [InlineData(Region, "alias/nobody", null, "Forbidden.AliasNotFound", "Check the witness's keyId and region")]
    [InlineData(Region, null, "no-such-version", "Forbidden.KeyVersionNotFound", "Check the witness's keyVersionId")]
    public async Task A_key_that_is_not_there_is_told_with_code_and_request_id(string region, string? keyId, string? version, string code, string advice)
    {
        await using var cloud = await StartAsync();
        var pinned = Pin(cloud.Keys.Create());

        var output = await RefusesAsync(cloud, pinned with { Region = region, KeyId = keyId ?? pinned.KeyId, KeyVersionId = version ?? pinned.KeyVersionId });

        output.Should().ContainAll(code, advice).And.MatchRegex("request id [0-9A-F-]{36}");
    }

    [Theory]
    [InlineData("Disabled", "is Disabled in KMS: enable it there")]
    [InlineData("PendingDeletion", "is PendingDeletion in KMS")]
    public async Task A_key_that_is_turned_off_is_told(string state, string told)
    {
        await using var cloud = await StartAsync();
        var key = cloud.Keys.Create();
        key.State = state;

        (await RefusesAsync(cloud, Pin(key))).Should().ContainAll(key.Id, told);
    }

    [Fact]
    public async Task A_key_of_the_wrong_kind_is_told()
    {
        await using var cloud = await StartAsync();
        var (rsa, ec) = (cloud.Keys.Create(), cloud.Keys.Create("EC_P256"));

        (await RefusesAsync(cloud, Pin(rsa) with { KeyId = ec.Id, KeyVersionId = ec.LatestVersion })).Should().Contain("has the spec EC_P256, which does not sign by RSA_PKCS1_SHA_256");
    }

    [Fact]
    public async Task A_revoked_permission_is_told()
    {
        await using var cloud = await StartAsync();
        cloud.Accounts.Deny(cloud.Options.AccessKeyId, "GetPublicKey");

        (await RefusesAsync(cloud, Pin(cloud.Keys.Create()))).Should().ContainAll("Forbidden.NoPermission", "deploy/ram/").And.MatchRegex("request id [0-9A-F-]{36}");
    }

    [Fact]
    public async Task A_wrong_secret_is_told_and_not_shown()
    {
        await using var cloud = await StartAsync();

        var output = await RefusesAsync(cloud, Pin(cloud.Keys.Create()), ("AccessKeySecret", "a-wrong-secret"));

        output.Should().Contain("Check the access key's secret").And.NotContain("a-wrong-secret");
    }

    [Fact]
    public async Task An_expired_token_is_told()
    {
        await using var cloud = await AlibabaEmulator.StartAsync(new EmulatorOptions { Regions = [Region, "cn-beijing"], CredentialLife = TimeSpan.FromSeconds(-1) }, Cancellation);
        var expired = cloud.Accounts.Issue();

        var output = await RefusesAsync(cloud, Pin(cloud.Keys.Create()),
            ("AccessKeyId", expired.Id), ("AccessKeySecret", expired.Secret), ("SecurityToken", expired.SecurityToken!));

        output.Should().ContainAll("InvalidSecurityToken.Expired", "The temporary credentials are no longer valid").And.NotContain(expired.SecurityToken!);
    }

    [Fact]
    public async Task A_clock_that_is_off_is_told_with_both_times()
    {
        await using var cloud = await AlibabaEmulator.StartAsync(new EmulatorOptions { Regions = [Region, "cn-beijing"], Time = new Ahead(TimeSpan.FromHours(1)) }, Cancellation);

        (await RefusesAsync(cloud, Pin(cloud.Keys.Create()))).Should().Contain("synchronise it (NTP)").And.MatchRegex("IllegalTimestamp|InvalidTimeStamp");
    }

    private static Task<AlibabaEmulator> StartAsync() => AlibabaEmulator.StartAsync(new EmulatorOptions { Regions = [Region, "cn-beijing"] }, Cancellation);

    private static WitnessKey Pin(KmsKey key) => new()
    {
        Kms = "alibaba",
        Region = Region,
        KeyId = key.Id,
        KeyVersionId = key.LatestVersion,
        State = KeyState.Active,
        PublicKey = PublicKey.FromPem(key.PublicKeyOf(key.LatestVersion), key.Spec == "EC_P256" ? SignatureAlgorithm.EcdsaSha256 : SignatureAlgorithm.RsaPkcs1Sha256),
    };

    private static async Task<string> RefusesAsync(AlibabaEmulator cloud, WitnessKey key, params (string Name, string Value)[] settings)
    {
        using var folder = new ServerFolder("cloud-start");
        folder.Write("resources/witness.yaml", ResourceYaml.Write(new Witness { Name = "release", Keys = [key] }));
        folder.Write("resources/rule.yaml", """
            apiVersion: kritis.events/v1alpha1
            kind: Registry
            metadata: { name: main }
            spec: { host: registry.example.com }
            ---
            apiVersion: kritis.events/v1alpha1
            kind: SigningRule
            metadata: { name: main }
            spec: { registry: main, namespace: n, repositories: ["*"], tags: ["*"], witness: release, mode: Automatic }

            """);
        var environment = new Dictionary<string, string>
        {
            ["KRITIS_Bus__Uri"] = "memory:",
            ["KRITIS_urls"] = "http://127.0.0.1:0",
            ["KRITIS_Resources__Path"] = folder.File("resources"),
            ["KRITIS_Data__Path"] = folder.File("data"),
            ["KRITIS_AlibabaCloud__AccessKeyId"] = cloud.Options.AccessKeyId,
            ["KRITIS_AlibabaCloud__AccessKeySecret"] = cloud.Options.AccessKeySecret,
            [$"KRITIS_AlibabaCloud__Endpoints__Regions__{Region}__Kms"] = cloud.UrlOf(Region).ToString(),
            ["KRITIS_AlibabaCloud__Endpoints__Regions__cn-beijing__Kms"] = cloud.UrlOf("cn-beijing").ToString(),
        };
        foreach (var (name, value) in settings)
        {
            environment[$"KRITIS_AlibabaCloud__{name}"] = value;
        }

        await using var signer = ChildProcess.Start("Signer", "dotnet", [Installation.Assembly("Signer")], environment, folder.Path);
        await signer.WaitForExitAsync(Cancellation).WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
        signer.ExitCode.Should().Be(1, signer.Output);
        signer.Output.Should().NotContain("   at ");
        return signer.Output;
    }

    private sealed class Ahead(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
    }
}
