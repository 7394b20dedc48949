using System.Security.Cryptography;
using System.Text;
using Kritis.Events.Servers;

namespace Kritis.Events.AlibabaCloud.Emulator.Tests.Clients;

/// <summary>KMS as the official clients see it, with both versions of the request signature.</summary>
public sealed class KmsTests : IAsyncLifetime
{
    private static readonly byte[] Payload = Encoding.UTF8.GetBytes("{\"critical\":{}}");
    private static readonly string Digest = Convert.ToBase64String(SHA256.HashData(Payload));
    private AlibabaEmulator _cloud = null!;

    public static TheoryData<string> Clients => ["kms", "pop", "openapi", "openapi-v1"];

    public async ValueTask InitializeAsync() => _cloud = await AlibabaEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => _cloud.DisposeAsync();

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task A_signature_that_an_official_client_gets_verifies_with_the_public_key_that_it_gets(string client)
    {
        var key = _cloud.Keys.Create();

        var signed = await AskAsync(client, "AsymmetricSign", new { KeyId = key.Id, KeyVersionId = key.LatestVersion, Algorithm = "RSA_PKCS1_SHA_256", Digest });
        var published = await AskAsync(client, "GetPublicKey", new { KeyId = key.Id, KeyVersionId = key.LatestVersion });

        signed.Text("KeyId").Should().Be(key.Id);
        signed.Text("KeyVersionId").Should().Be(key.LatestVersion);
        signed.Text("RequestId").Should().NotBeEmpty();
        using var publicKey = RSA.Create();
        publicKey.ImportFromPem(published.Text("PublicKey"));
        publicKey.VerifyData(Payload, Convert.FromBase64String(signed.Text("Value")), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).Should().BeTrue();
    }

    [Theory]
    [InlineData("RSA_2048", "RSA_PKCS1_SHA_256")]
    [InlineData("RSA_3072", "RSA_PSS_SHA_256", "-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32", "-sigopt", "rsa_mgf1_md:sha256")]
    [InlineData("EC_P256", "ECDSA_SHA_256")]
    [InlineData("EC_P256K", "ECDSA_SHA_256")]
    public async Task Openssl_accepts_the_signatures_of_every_kind_of_key(string spec, string algorithm, params string[] options)
    {
        var key = _cloud.Keys.Create(spec);

        var signed = await AskAsync("kms", "AsymmetricSign", new { KeyId = key.Id, KeyVersionId = key.LatestVersion, Algorithm = algorithm, Digest });

        var signature = Convert.FromBase64String(signed.Text("Value"));
        var pem = key.PublicKeyOf(key.LatestVersion);
        (await OpenSsl.VerifiesAsync(pem, Payload, signature, TestContext.Current.CancellationToken, options)).Should().BeTrue();
        signature[^1] ^= 1;
        (await OpenSsl.VerifiesAsync(pem, Payload, signature, TestContext.Current.CancellationToken, options)).Should().BeFalse();
    }

    [Fact]
    public async Task A_typed_client_reads_a_description_and_all_versions()
    {
        var key = _cloud.Keys.Create("EC_P256", alias: "alias/release");
        _ = key.AddVersion();

        var described = await AskAsync("kms", "DescribeKey", new { KeyId = "alias/release" });
        var listed = await AskAsync("kms", "ListKeyVersions", new { KeyId = key.Id });

        var metadata = described.Body.GetProperty("KeyMetadata");
        metadata.GetProperty("KeyId").GetString().Should().Be(key.Id);
        metadata.GetProperty("KeyState").GetString().Should().Be("Enabled");
        metadata.GetProperty("KeyUsage").GetString().Should().Be("SIGN/VERIFY");
        metadata.GetProperty("KeySpec").GetString().Should().Be("EC_P256");
        metadata.TryGetProperty("PrimaryKeyVersion", out _).Should().BeFalse("KMS has none for asymmetric keys");
        listed.Body.GetProperty("KeyVersions").GetProperty("KeyVersion").EnumerateArray().Select(version => version.GetProperty("KeyVersionId").GetString())
            .Should().BeEquivalentTo(key.Versions).And.HaveCount(2);
    }

    [Theory]
    [InlineData("GetPublicKey", "key-gone", "Forbidden.KeyNotFound")]
    [InlineData("DescribeKey", "key-gone", "Forbidden.KeyNotFound")]
    [InlineData("DescribeKey", "alias/gone", "Forbidden.AliasNotFound")]
    public async Task Keys_and_aliases_that_are_not_there_are_refused_by_their_own_codes(string action, string keyId, string code) =>
        (await AskAsync("kms", action, new { KeyId = keyId, KeyVersionId = "any" })).Code.Should().Be(code);

    [Fact]
    public async Task What_a_key_cannot_do_is_refused_by_the_documented_codes()
    {
        var key = _cloud.Keys.Create("EC_P256");
        var encrypting = _cloud.Keys.Create(usage: "ENCRYPT/DECRYPT");
        Task<ClientAnswer> Sign(string keyId, string version, string algorithm) =>
            AskAsync("kms", "AsymmetricSign", new { KeyId = keyId, KeyVersionId = version, Algorithm = algorithm, Digest });

        (await Sign(key.Id, key.LatestVersion, "RSA_PKCS1_SHA_256")).Code.Should().Be("Rejected.UnsupportedOperation");
        (await Sign(key.Id, "no-version", "ECDSA_SHA_256")).Code.Should().Be("Forbidden.KeyVersionNotFound");
        (await Sign(encrypting.Id, encrypting.LatestVersion, "RSA_PKCS1_SHA_256")).Code.Should().Be("Rejected.UnsupportedOperation");
        key.State = "Disabled";
        (await Sign(key.Id, key.LatestVersion, "ECDSA_SHA_256")).Code.Should().Be("Rejected.Disabled");
        key.State = "PendingDeletion";
        (await Sign(key.Id, key.LatestVersion, "ECDSA_SHA_256")).Code.Should().Be("Rejected.PendingDeletion");
    }

    [Fact]
    public async Task A_quota_that_is_used_up_is_told_as_throttling()
    {
        await using var small = await AlibabaEmulator.StartAsync(new EmulatorOptions { SignaturesPerSecond = 0 }, TestContext.Current.CancellationToken);
        var key = small.Keys.Create();

        var refused = await OfficialClient.Of("kms", small).AskKmsAsync(
            small.Url, "AsymmetricSign", new { KeyId = key.Id, KeyVersionId = key.LatestVersion, Algorithm = "RSA_PKCS1_SHA_256", Digest });

        refused.Code.Should().Be("Rejected.Throttling");
        small.Quota.Refused.Should().Be(1);
    }

    [Fact]
    public async Task An_end_point_of_one_region_knows_no_key_of_another()
    {
        await using var cloud = await AlibabaEmulator.StartAsync(new EmulatorOptions { Regions = ["cn-hangzhou"] }, TestContext.Current.CancellationToken);
        var key = cloud.Keys.Create(region: "cn-hongkong");
        var client = OfficialClient.Of("kms", cloud);

        (await client.AskKmsAsync(cloud.Url, "DescribeKey", new { KeyId = key.Id })).Code.Should().BeNull();
        (await client.AskKmsAsync(cloud.UrlOf("cn-hangzhou"), "DescribeKey", new { KeyId = key.Id })).Code.Should().Be("Forbidden.KeyNotFound");
    }

    private Task<ClientAnswer> AskAsync(string client, string action, object parameters) =>
        OfficialClient.Of(client, _cloud).AskKmsAsync(_cloud.Url, action, parameters);
}
