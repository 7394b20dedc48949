using System.Security.Cryptography;
using Kritis.Events.AlibabaCloud.Emulator;
using Kritis.Events.AlibabaCloud.Emulator.Kms;
using Kritis.Events.Attestations.Keys;
using Kritis.Events.Servers;
using Kritis.Events.Signer.Kms;
using Kritis.Events.Signer.Kms.Alibaba;
using Kritis.Events.Signer.Tests.AlibabaCloud;

namespace Kritis.Events.Signer.Tests.Kms.Alibaba;

/// <summary>What the adapter of Alibaba Cloud KMS must do, whichever client it calls with.</summary>
public abstract class AlibabaKeyManagementContract : KeyManagementContract, IAsyncLifetime
{
    private CloudUnderTest? _cloud;
    private AlibabaKeyManagement? _adapter;

    private protected CloudUnderTest Cloud => _cloud!;

    private protected override IKeyManagement Adapter => _adapter!;

    private protected abstract IKmsCalls CallsOf(CloudUnderTest cloud);

    public async ValueTask InitializeAsync() => await StartAsync(new EmulatorOptions { SignaturesPerSecond = 100_000 });

    public async ValueTask DisposeAsync()
    {
        await Cloud.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected override Task<WitnessKey> MakeKeyAsync(SignatureAlgorithm algorithm, int bits)
    {
        var key = Cloud.Emulator.Keys.Create(algorithm == SignatureAlgorithm.EcdsaSha256 ? "EC_P256" : $"RSA_{bits}");
        return Task.FromResult(Pin(key, algorithm));
    }

    protected override WitnessKey Missing(WitnessKey key) => key with { KeyId = "key-that-is-not-there" };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_ECDSA_signature_is_DER_whichever_way_KMS_writes_it(bool fixedLength)
    {
        await RestartAsync(new EmulatorOptions { FixedLengthEcdsa = fixedLength });
        var key = await MakeKeyAsync(SignatureAlgorithm.EcdsaSha256, 256);

        for (var number = 0; number < 50; number++)
        {
            var payload = BitConverter.GetBytes(number);
            var signature = await Adapter.SignAsync(key, SHA256.HashData(payload), Cancellation);
            key.PublicKey.Verify(payload, signature.Span).Should().BeTrue();
        }
    }

    [Fact]
    public async Task A_key_is_found_by_its_alias()
    {
        var key = Cloud.Emulator.Keys.Create(alias: "alias/release");
        var pinned = Pin(key, SignatureAlgorithm.RsaPkcs1Sha256) with { KeyId = "alias/release" };

        var signature = await Adapter.SignAsync(pinned, SHA256.HashData("payload"u8), Cancellation);

        pinned.PublicKey.Verify("payload"u8, signature.Span).Should().BeTrue();
        (await Adapter.GetPublicKeyAsync(pinned, Cancellation)).Fingerprint.Should().Be(pinned.PublicKey.Fingerprint);
    }

    [Fact]
    public async Task The_version_that_is_named_signs_not_the_newest_one()
    {
        var key = Cloud.Emulator.Keys.Create();
        var first = Pin(key, SignatureAlgorithm.RsaPkcs1Sha256);
        _ = key.AddVersion();

        var signature = await Adapter.SignAsync(first, SHA256.HashData("payload"u8), Cancellation);

        first.PublicKey.Verify("payload"u8, signature.Span).Should().BeTrue();
    }

    [Theory]
    [InlineData("Disabled", KeyManagementCodes.KeyDisabled)]
    [InlineData("PendingDeletion", KeyManagementCodes.KeyDisabled)]
    [InlineData("PendingImport", KeyManagementCodes.KeyDisabled)]
    public async Task A_key_that_is_turned_off_is_not_asked_twice(string state, string code)
    {
        var key = Cloud.Emulator.Keys.Create();
        var pinned = Pin(key, SignatureAlgorithm.RsaPkcs1Sha256);
        key.State = state;

        var failure = await RefusedAsync(pinned);

        failure.Code.Should().Be(code);
        failure.Transient.Should().BeFalse();
        failure.Message.Should().Contain(key.Id).And.Contain($"Rejected.{state}").And.Contain("request id").And.Contain("in KMS");
        Cloud.Emulator.Calls.Should().ContainSingle();
        (await ((Func<Task>)(() => Adapter.GetPublicKeyAsync(pinned, Cancellation))).Should().ThrowAsync<KeyManagementException>())
            .Which.Message.Should().Contain($"is {state} in KMS");
    }

    [Fact]
    public async Task A_missing_permission_is_named_and_not_asked_for_twice()
    {
        var pinned = await MakeKeyAsync(SignatureAlgorithm.RsaPkcs1Sha256, 2048);
        Cloud.Emulator.Accounts.Deny("testAK", "AsymmetricSign");

        var failure = await RefusedAsync(pinned);

        failure.Code.Should().Be(KeyManagementCodes.KeyForbidden);
        failure.Transient.Should().BeFalse();
        failure.Message.Should().Contain("Forbidden.NoPermission").And.Contain("deploy/ram");
        Cloud.Emulator.Calls.Should().ContainSingle();
    }

    [Fact]
    public async Task A_key_of_another_region_is_not_there_and_the_message_says_where_it_was_looked_for()
    {
        await RestartAsync(new EmulatorOptions { Regions = ["cn-hongkong", "cn-beijing"] });
        var pinned = await MakeKeyAsync(SignatureAlgorithm.RsaPkcs1Sha256, 2048);
        (await Adapter.SignAsync(pinned, new byte[32], Cancellation)).Length.Should().Be(256);

        var failure = await RefusedAsync(pinned with { Region = "cn-beijing" });

        failure.Code.Should().Be(KeyManagementCodes.KeyNotFound);
        failure.Message.Should().Contain("in cn-beijing").And.Contain("Check the witness's keyId and region");
    }

    [Fact]
    public async Task A_wrong_version_is_named()
    {
        var pinned = await MakeKeyAsync(SignatureAlgorithm.RsaPkcs1Sha256, 2048);

        var failure = await RefusedAsync(pinned with { KeyVersionId = "no-such-version" });

        failure.Transient.Should().BeFalse();
        failure.Message.Should().Contain("no-such-version").And.Contain("Check the witness's keyVersionId").And.Contain("request id");
    }

    [Theory]
    [InlineData("EC_P256", "SIGN/VERIFY", "has the spec EC_P256, which does not sign by RSA_PKCS1_SHA_256")]
    [InlineData("EC_SM2", "SIGN/VERIFY", "has the spec EC_SM2")]
    [InlineData("RSA_2048", "ENCRYPT/DECRYPT", "is for ENCRYPT/DECRYPT")]
    public async Task A_key_of_the_wrong_kind_is_refused_before_it_signs(string spec, string usage, string said)
    {
        var pinned = await MakeKeyAsync(SignatureAlgorithm.RsaPkcs1Sha256, 2048);
        var wrong = Cloud.Emulator.Keys.Create(spec, usage: usage);

        var check = () => Adapter.GetPublicKeyAsync(pinned with { KeyId = wrong.Id, KeyVersionId = wrong.LatestVersion }, Cancellation);

        var failure = (await check.Should().ThrowAsync<KeyManagementException>()).Which;
        failure.Code.Should().Be(KeyManagementCodes.KeyUnfit);
        failure.Message.Should().Contain(said);
        Cloud.Emulator.Calls.Should().NotContain(call => call.Action == "AsymmetricSign");
    }

    [Theory]
    [InlineData(500, "InternalFailure")]
    [InlineData(503, "ServiceUnavailableTemporary")]
    [InlineData(400, "Throttling.User")]
    [InlineData(400, "Rejected.Throttling")]
    [InlineData(429, "SomethingNew")]
    public async Task What_may_pass_is_tried_again(int status, string code)
    {
        var pinned = await MakeKeyAsync(SignatureAlgorithm.RsaPkcs1Sha256, 2048);
        Cloud.Emulator.Faults.Fail("AsymmetricSign", 3, status, code);

        var signature = await Adapter.SignAsync(pinned, SHA256.HashData("payload"u8), Cancellation);

        pinned.PublicKey.Verify("payload"u8, signature.Span).Should().BeTrue();
        Cloud.Emulator.Calls.Should().HaveCount(4);
    }

    [Fact]
    public async Task A_connection_that_is_cut_is_tried_again()
    {
        var pinned = await MakeKeyAsync(SignatureAlgorithm.RsaPkcs1Sha256, 2048);
        Cloud.Emulator.Faults.Drop("AsymmetricSign", 2);

        (await Adapter.SignAsync(pinned, new byte[32], Cancellation)).Length.Should().Be(256);
    }

    [Fact]
    public async Task What_never_passes_ends_at_the_deadline_as_something_that_may_pass_later()
    {
        var pinned = await MakeKeyAsync(SignatureAlgorithm.RsaPkcs1Sha256, 2048);
        await RestartAsync(new EmulatorOptions(), TimeSpan.FromSeconds(1));
        Cloud.Emulator.Faults.Throttle("AsymmetricSign", int.MaxValue);

        var failure = await RefusedAsync(pinned);

        failure.Code.Should().Be(KeyManagementCodes.KeyThrottled);
        failure.Transient.Should().BeTrue();
        failure.Message.Should().Contain("AlibabaCloud:KmsCallsPerSecond");
        Cloud.Emulator.Calls.Count.Should().BeGreaterThan(1);
    }

    [Fact]
    public async Task A_KMS_that_cannot_be_reached_is_named_with_its_host()
    {
        var pinned = await MakeKeyAsync(SignatureAlgorithm.RsaPkcs1Sha256, 2048);
        await RestartAsync(new EmulatorOptions(), TimeSpan.FromSeconds(0.5));
        var host = Cloud.Emulator.Url.Authority;
        await Cloud.Emulator.DisposeAsync();

        var failure = await RefusedAsync(pinned);

        failure.Code.Should().Be(KeyManagementCodes.KeyUnavailable);
        failure.Transient.Should().BeTrue();
        failure.Message.Should().Contain(host).And.Contain("Check the region");
    }

    [Fact]
    public async Task A_cancelled_call_that_is_under_way_ends()
    {
        var pinned = await MakeKeyAsync(SignatureAlgorithm.RsaPkcs1Sha256, 2048);
        Cloud.Emulator.Faults.Delay("AsymmetricSign", 1, TimeSpan.FromMinutes(5));
        using var cancelled = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var signing = Adapter.SignAsync(pinned, new byte[32], cancelled.Token);
        await Eventually.Async("the call arrived", () => Cloud.Emulator.Calls.Count == 1, Cancellation);

        await cancelled.CancelAsync();

        await ((Func<Task>)(() => signing)).Should().ThrowAsync<OperationCanceledException>();
    }

    [Theory]
    [InlineData("""{"KeyId":"k","KeyVersionId":"%","Value":"not base64!"}""")]
    [InlineData("""{"KeyId":"k","KeyVersionId":"%"}""")]
    [InlineData("""{"KeyId":"k","Value":"AAAA"}""")]
    [InlineData("<html>a proxy</html>")]
    [InlineData("")]
    [InlineData("[]")]
    public async Task An_answer_that_is_none_is_an_error_not_a_signature(string body)
    {
        var pinned = await MakeKeyAsync(SignatureAlgorithm.EcdsaSha256, 256);
        Cloud.Emulator.Faults.Garble("AsymmetricSign", int.MaxValue, body.Replace("%", pinned.KeyVersionId));

        var failure = await RefusedAsync(pinned);

        failure.Transient.Should().BeFalse();
        failure.Message.Should().Contain(pinned.KeyId);
    }

    [Fact]
    public async Task A_signature_by_another_version_than_asked_for_is_refused()
    {
        var pinned = await MakeKeyAsync(SignatureAlgorithm.RsaPkcs1Sha256, 2048);
        Cloud.Emulator.Faults.Garble("AsymmetricSign", 1, """{"KeyId":"k","KeyVersionId":"other","Value":"AAAA","RequestId":"R-1"}""");

        var failure = await RefusedAsync(pinned);

        failure.Code.Should().Be(KeyManagementCodes.KeyMismatch);
        failure.Message.Should().Contain("signed with version other instead");
    }

    [Fact]
    public async Task Wrong_secrets_are_told_without_being_shown()
    {
        var pinned = await MakeKeyAsync(SignatureAlgorithm.RsaPkcs1Sha256, 2048);
        await RestartAsync(new EmulatorOptions { AccessKeySecret = "the-real-secret" }, secret: "the-wrong-secret");

        var failure = await RefusedAsync(pinned);

        failure.ToString().Should().Contain("IncompleteSignature").And.Contain("Check the access key's secret").And.NotContain("the-wrong-secret");
        failure.Transient.Should().BeFalse();
    }

    [Fact]
    public async Task All_versions_of_a_key_are_listed()
    {
        var key = Cloud.Emulator.Keys.Create("EC_P256");
        for (var number = 1; number < 120; number++)
        {
            _ = key.AddVersion();
        }

        var versions = await ((AlibabaKeyManagement)Adapter).ListVersionsAsync("cn-hongkong", key.Id, Cancellation);

        versions.Should().BeEquivalentTo(key.Versions).And.HaveCount(120);
    }

    private static WitnessKey Pin(KmsKey key, SignatureAlgorithm algorithm) => new()
    {
        Kms = "alibaba",
        Region = key.Region,
        KeyId = key.Id,
        KeyVersionId = key.LatestVersion,
        State = KeyState.Active,
        PublicKey = PublicKey.FromPem(key.PublicKeyOf(key.LatestVersion), algorithm),
    };

    private async Task<KeyManagementException> RefusedAsync(WitnessKey key)
    {
        var sign = () => Adapter.SignAsync(key, new byte[32], Cancellation);
        return (await sign.Should().ThrowAsync<KeyManagementException>()).Which;
    }

    private async Task RestartAsync(EmulatorOptions options, TimeSpan? deadline = null, string? secret = null)
    {
        await Cloud.DisposeAsync();
        await StartAsync(options, deadline, secret);
    }

    private async Task StartAsync(EmulatorOptions options, TimeSpan? deadline = null, string? secret = null)
    {
        _cloud = await CloudUnderTest.StartAsync(options, set =>
        {
            set.CallDeadline = deadline ?? set.CallDeadline;
            set.AccessKeySecret = secret ?? set.AccessKeySecret;
        });
        _adapter = _cloud.With(CallsOf(_cloud));
    }
}

/// <summary>The contract with this project's own protocol client.</summary>
public sealed class RpcKmsCallsTests : AlibabaKeyManagementContract
{
    private protected override IKmsCalls CallsOf(CloudUnderTest cloud) => new RpcKmsCalls(cloud.Client);
}
