using System.Security.Cryptography;
using System.Text;
using Kritis.Events.Attestations.Keys;
using Kritis.Events.Signer.Kms;
using Microsoft.Extensions.Options;

namespace Kritis.Events.Signer.Tests.Kms;

public sealed class LocalKeyManagementTests : KeyManagementContract, IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly TemporaryFolder _data = new();

    private string Keys => _data.File("keys");

    private protected override IKeyManagement Adapter => field ??= new LocalKeyManagement(Options.Create(new LocalKeyOptions { Path = _data.Path }));

    public void Dispose() => _data.Dispose();

    protected override Task<WitnessKey> MakeKeyAsync(SignatureAlgorithm algorithm, int bits)
    {
        var id = $"key-{Guid.NewGuid():N}";
        return Task.FromResult(Key(id, LocalKeyFile.Create(FileOf(id), algorithm, bits)));
    }

    protected override WitnessKey Missing(WitnessKey key) => key with { KeyId = "nowhere" };

    [Fact]
    public async Task A_key_version_has_its_own_file()
    {
        var key = Key("release", LocalKeyFile.Create(FileOf("release.v2"), SignatureAlgorithm.EcdsaSha256)) with { KeyVersionId = "v2" };
        (await Adapter.GetPublicKeyAsync(key, Cancellation)).Fingerprint.Should().Be(key.PublicKey.Fingerprint);
        await ShouldFail(key with { KeyVersionId = "v1" }, KeyManagementCodes.KeyNotFound, FileOf("release.v1"));
        await ShouldFail(key with { KeyVersionId = null }, KeyManagementCodes.KeyNotFound, FileOf("release"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData(".hidden")]
    [InlineData("../keys/a")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("/etc/ssl/private/x")]
    [InlineData("a b")]
    [InlineData("a\n")]
    [InlineData("a\0")]
    [InlineData("ä")]
    [InlineData("alias:release")]
    public async Task An_id_or_version_that_could_name_a_file_elsewhere_is_refused(string text)
    {
        var key = await MakeKeyAsync(SignatureAlgorithm.EcdsaSha256, 256);
        await ShouldFail(key with { KeyId = text }, KeyManagementCodes.KeyIdInvalid, "is not the id of a local key");
        await ShouldFail(key with { KeyVersionId = text }, KeyManagementCodes.KeyIdInvalid, "is not the version of a local key");
    }

    [Fact]
    public async Task An_id_of_10000_characters_is_refused() =>
        await ShouldFail((await MakeKeyAsync(SignatureAlgorithm.EcdsaSha256, 256)) with { KeyId = new string('a', 10_000) },
            KeyManagementCodes.KeyIdInvalid, "10000 characters");

    [Theory]
    [InlineData(OwnerOnly | UnixFileMode.GroupRead, "0640")]
    [InlineData(OwnerOnly | UnixFileMode.OtherRead, "0604")]
    [InlineData(OwnerOnly | UnixFileMode.GroupWrite, "0620")]
    [InlineData(OwnerOnly | UnixFileMode.UserExecute, "0700")]
    public async Task A_file_that_is_open_to_others_is_refused_with_the_command_that_closes_it(UnixFileMode mode, string shown)
    {
        var key = await MakeKeyAsync(SignatureAlgorithm.EcdsaSha256, 256);
        File.SetUnixFileMode(FileOf(key.KeyId), mode);
        await ShouldFail(key, KeyManagementCodes.KeyExposed, $"mode {shown}");
        await ShouldFail(key, KeyManagementCodes.KeyExposed, $"chmod 600 '{FileOf(key.KeyId)}'");
    }

    [Fact]
    public async Task A_file_opened_to_others_after_it_was_loaded_signs_no_more()
    {
        var key = await MakeKeyAsync(SignatureAlgorithm.EcdsaSha256, 256);
        await Adapter.SignAsync(key, new byte[32], Cancellation);
        File.SetUnixFileMode(FileOf(key.KeyId), OwnerOnly | UnixFileMode.OtherRead);
        await ShouldFail(key, KeyManagementCodes.KeyExposed, "chmod 600");
    }

    [Fact]
    public async Task A_read_only_file_is_fine()
    {
        var key = await MakeKeyAsync(SignatureAlgorithm.EcdsaSha256, 256);
        File.SetUnixFileMode(FileOf(key.KeyId), UnixFileMode.UserRead);
        (await Adapter.SignAsync(key, new byte[32], Cancellation)).Length.Should().BePositive();
    }

    [Fact]
    public async Task A_link_is_refused_wherever_it_points()
    {
        var key = await MakeKeyAsync(SignatureAlgorithm.EcdsaSha256, 256);
        File.CreateSymbolicLink(FileOf("inside"), FileOf(key.KeyId));
        File.CreateSymbolicLink(FileOf("endless"), "/dev/zero");
        File.CreateSymbolicLink(FileOf("secrets"), "/etc/shadow");
        foreach (var id in new[] { "inside", "endless", "secrets" })
        {
            await ShouldFail(key with { KeyId = id }, KeyManagementCodes.KeyUnreadable, "is a link");
        }
    }

    [Fact]
    public async Task A_link_put_in_the_place_of_a_loaded_key_is_refused()
    {
        var key = await MakeKeyAsync(SignatureAlgorithm.EcdsaSha256, 256);
        await Adapter.SignAsync(key, new byte[32], Cancellation);
        File.Move(FileOf(key.KeyId), FileOf("moved"));
        File.CreateSymbolicLink(FileOf(key.KeyId), FileOf("moved"));
        await ShouldFail(key, KeyManagementCodes.KeyUnreadable, "is a link");
    }

    [Fact]
    public async Task A_folder_in_the_place_of_a_key_is_no_key()
    {
        var key = await MakeKeyAsync(SignatureAlgorithm.EcdsaSha256, 256);
        Directory.CreateDirectory(FileOf("folder"));
        await ShouldFail(key with { KeyId = "folder" }, KeyManagementCodes.KeyNotFound, FileOf("folder"));
    }

    [Fact]
    public async Task What_is_no_private_key_is_refused_with_the_reason_and_without_its_content()
    {
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var rsa = RSA.Create(2048);
        using var small = RSA.Create(1024);
        var good = ec.ExportPkcs8PrivateKeyPem();
        var pbe = new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1_000);
        var trailing = PemEncoding.WriteString("PRIVATE KEY", [.. ec.ExportPkcs8PrivateKey(), 1, 2, 3]);
        (string Content, SignatureAlgorithm Algorithm, string Reason)[] cases =
        [
            ("", SignatureAlgorithm.EcdsaSha256, "it is empty"),
            (" \n\n", SignatureAlgorithm.EcdsaSha256, "it is empty"),
            ("SECRET", SignatureAlgorithm.EcdsaSha256, "no complete PEM block"),
            (good[..(good.Length / 2)], SignatureAlgorithm.EcdsaSha256, "no complete PEM block"),
            (good.Replace("\n-----END", "\nAAA\n-----END", StringComparison.Ordinal), SignatureAlgorithm.EcdsaSha256, "no complete PEM block"),
            (PemEncoding.WriteString("PRIVATE KEY", ec.ExportPkcs8PrivateKey().AsSpan()[..^9]), SignatureAlgorithm.EcdsaSha256, "does not fit ECDSA_SHA_256"),
            (PemEncoding.WriteString("PRIVATE KEY", RandomNumberGenerator.GetBytes(99)), SignatureAlgorithm.EcdsaSha256, "does not fit ECDSA_SHA_256"),
            (trailing, SignatureAlgorithm.EcdsaSha256, "does not fit ECDSA_SHA_256"),
            (good + "\n" + good, SignatureAlgorithm.EcdsaSha256, "more in it than one PEM block"),
            (good + "\nSECRET", SignatureAlgorithm.EcdsaSha256, "more in it than one PEM block"),
            (good + new string('\n', LocalKeyFile.MostBytes), SignatureAlgorithm.EcdsaSha256, "more than 16384 bytes"),
            ("\u00e4" + good, SignatureAlgorithm.EcdsaSha256, "not ASCII"),
            (ec.ExportEncryptedPkcs8PrivateKeyPem("SECRET", pbe), SignatureAlgorithm.EcdsaSha256, "openssl pkcs8"),
            (rsa.ExportRSAPrivateKeyPem(), SignatureAlgorithm.RsaPkcs1Sha256, "openssl pkcs8 -topk8 -nocrypt"),
            (ec.ExportECPrivateKeyPem(), SignatureAlgorithm.EcdsaSha256, "openssl pkcs8 -topk8 -nocrypt"),
            (ec.ExportSubjectPublicKeyInfoPem(), SignatureAlgorithm.EcdsaSha256, "it is a public key"),
            (PemEncoding.WriteString("CERTIFICATE", [1]), SignatureAlgorithm.EcdsaSha256, "of another kind"),
            (good, SignatureAlgorithm.RsaPkcs1Sha256, "does not fit RSA_PKCS1_SHA_256"),
            (good, SignatureAlgorithm.RsaPssSha256, "does not fit RSA_PSS_SHA_256"),
            (rsa.ExportPkcs8PrivateKeyPem(), SignatureAlgorithm.EcdsaSha256, "does not fit ECDSA_SHA_256"),
            (p384.ExportPkcs8PrivateKeyPem(), SignatureAlgorithm.EcdsaSha256, "not on P-256"),
            (small.ExportPkcs8PrivateKeyPem(), SignatureAlgorithm.RsaPkcs1Sha256, "1024 bits"),
        ];
        foreach (var (content, algorithm, reason) in cases)
        {
            var key = await MakeKeyAsync(algorithm, 2048);
            await File.WriteAllTextAsync(FileOf(key.KeyId), content, Cancellation);
            var message = await ShouldFail(key, KeyManagementCodes.KeyUnreadable, reason);
            message.Should().NotContain("SECRET").And.Contain(FileOf(key.KeyId));
        }
    }

    [Theory]
    [InlineData(SignatureAlgorithm.EcdsaSha256, 2_000)]
    [InlineData(SignatureAlgorithm.RsaPkcs1Sha256, 500)]
    public async Task Any_damage_to_a_key_file_is_a_named_error_or_the_same_key(SignatureAlgorithm algorithm, int rounds)
    {
        const int seed = 5208;
        var random = new Random(seed);
        var key = await MakeKeyAsync(algorithm, 2048);
        var good = await File.ReadAllBytesAsync(FileOf(key.KeyId), Cancellation);
        var refused = 0;
        for (var round = 0; round < rounds; round++)
        {
            var bad = (byte[])good.Clone();
            bad[random.Next(bad.Length)] ^= (byte)(1 << random.Next(8));
            var length = random.Next(4) == 0 ? random.Next(1, bad.Length) : bad.Length;
            await File.WriteAllBytesAsync(FileOf(key.KeyId), bad.AsMemory(0, length), Cancellation);
            refused += await Refuses(key, $"seed {seed}, round {round}") ? 1 : 0;
        }

        refused.Should().BeGreaterThan(rounds / 2);
    }

    [Fact]
    public async Task A_key_is_loaded_again_when_its_file_changed()
    {
        var old = await MakeKeyAsync(SignatureAlgorithm.EcdsaSha256, 256);
        await Adapter.SignAsync(old, new byte[32], Cancellation);
        File.Delete(FileOf(old.KeyId));
        var renewed = Key(old.KeyId, LocalKeyFile.Create(FileOf(old.KeyId), SignatureAlgorithm.EcdsaSha256));

        var signature = await Adapter.SignAsync(renewed, SHA256.HashData("x"u8), Cancellation);
        renewed.PublicKey.Verify("x"u8, signature.Span).Should().BeTrue();
        (await Adapter.GetPublicKeyAsync(old, Cancellation)).Fingerprint.Should().Be(renewed.PublicKey.Fingerprint);
        var message = await ShouldFail(old, KeyManagementCodes.KeyMismatch, old.PublicKey.Fingerprint.ToString());
        message.Should().Contain(renewed.PublicKey.Fingerprint.ToString());
    }

    [Fact]
    public async Task A_key_whose_file_was_taken_away_signs_no_more()
    {
        var key = await MakeKeyAsync(SignatureAlgorithm.EcdsaSha256, 256);
        await Adapter.SignAsync(key, new byte[32], Cancellation);
        File.Delete(FileOf(key.KeyId));
        await ShouldFail(key, KeyManagementCodes.KeyNotFound, FileOf(key.KeyId));
    }

    [Fact]
    public async Task One_file_serves_only_the_algorithm_that_is_pinned()
    {
        var pkcs1 = await MakeKeyAsync(SignatureAlgorithm.RsaPkcs1Sha256, 2048);
        var pss = pkcs1 with { PublicKey = PublicKey.FromPem(pkcs1.PublicKey.Pem, SignatureAlgorithm.RsaPssSha256) };
        var signature = await Adapter.SignAsync(pss, SHA256.HashData("x"u8), Cancellation);
        pss.PublicKey.Verify("x"u8, signature.Span).Should().BeTrue();
        pkcs1.PublicKey.Verify("x"u8, signature.Span).Should().BeFalse();
    }

    private async Task<bool> Refuses(WitnessKey key, string where)
    {
        var fresh = new LocalKeyManagement(Options.Create(new LocalKeyOptions { Path = _data.Path }));
        var thrown = await Record.ExceptionAsync(async () =>
        {
            var signature = await fresh.SignAsync(key, SHA256.HashData("x"u8), Cancellation);
            key.PublicKey.Verify("x"u8, signature.Span).Should().BeTrue(where);
        });
        if (thrown is not null)
        {
            thrown.Should().BeOfType<KeyManagementException>(where).Which.Transient.Should().BeFalse(where);
        }

        return thrown is not null;
    }

    private string FileOf(string name) => Path.Combine(Keys, name + ".pem");

    private static WitnessKey Key(string id, PublicKey pinned) =>
        new() { Kms = LocalKeyManagement.LocalName, KeyId = id, State = KeyState.Active, PublicKey = pinned };

    private async Task<string> ShouldFail(WitnessKey key, string code, string message)
    {
        var sign = () => Adapter.SignAsync(key, new byte[32], Cancellation);
        var thrown = await sign.Should().ThrowAsync<KeyManagementException>();
        thrown.Which.Code.Should().Be(code, thrown.Which.Message);
        thrown.Which.Transient.Should().BeFalse();
        thrown.Which.Message.Should().Contain(message);
        return thrown.Which.Message;
    }
}
