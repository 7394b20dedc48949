using System.Security.Cryptography;
using System.Text;
using Kritis.Events.Attestations.Keys;
using Kritis.Events.Attestations.Payloads;
using Kritis.Events.Attestations.Tests.Payloads;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Attestations.Tests.Keys;

public class PublicKeyTests
{
    private static readonly byte[] Payload = SimpleSigningPayload.Create(TestImages.App, "release");

    public static TheoryData<SignatureAlgorithm> Algorithms => [.. Enum.GetValues<SignatureAlgorithm>()];

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void A_signature_verifies_over_its_own_bytes_only(SignatureAlgorithm algorithm)
    {
        var key = TestKey.Named("a", algorithm);
        var signature = key.Sign(Payload);
        key.Public.Verify(Payload, signature).Should().BeTrue();
        key.Public.Verify([.. Payload, 0], signature).Should().BeFalse();
        key.Public.Verify(Payload, [.. signature, 0]).Should().BeFalse();
        key.Public.Verify(Payload, signature.AsSpan(0, signature.Length - 1)).Should().BeFalse();
        key.Public.Verify(Payload, []).Should().BeFalse();
        key.Public.Verify(Payload, new byte[64 * 1024]).Should().BeFalse();
        TestKey.Named("b", algorithm).Public.Verify(Payload, signature).Should().BeFalse();
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void Openssl_signs_and_this_verifies_and_the_other_way_round(SignatureAlgorithm algorithm)
    {
        var key = TestKey.Named("a", algorithm);
        OpenSsl.Verify(key.Public, Payload, key.Sign(Payload)).Should().BeTrue();
        OpenSsl.Verify(key.Public, TestPayload("other"), key.Sign(Payload)).Should().BeFalse();
        var (pem, signature) = OpenSsl.Sign(algorithm, Payload);
        PublicKey.FromPem(pem, algorithm).Verify(Payload, signature).Should().BeTrue();
    }

    [Fact]
    public void A_PSS_signature_has_a_salt_of_32_bytes()
    {
        var (pem, signature) = OpenSsl.Sign(SignatureAlgorithm.RsaPssSha256, Payload, saltBytes: 20);
        PublicKey.FromPem(pem, SignatureAlgorithm.RsaPssSha256).Verify(Payload, signature).Should().BeFalse();
    }

    [Fact]
    public void An_EC_signature_is_DER_and_not_r_and_s_side_by_side()
    {
        using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var key = PublicKey.FromPem(pair.ExportSubjectPublicKeyInfoPem(), SignatureAlgorithm.EcdsaSha256);
        key.Verify(Payload, pair.SignData(Payload, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation)).Should().BeFalse();
        key.Verify(Payload, pair.SignData(Payload, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)).Should().BeTrue();
    }

    [Theory]
    [InlineData("3006020100020100")] // r = s = 0
    [InlineData("3006020101020101")]
    [InlineData("30060201ff0201ff")] // negative
    [InlineData("3080020101020101 0000")]
    [InlineData("30")]
    [InlineData("3084ffffffff")]
    [InlineData("302602210000000000000000000000000000000000000000000000000000000000000000000201 01")]
    public void Hostile_EC_signatures_are_not_valid_and_do_no_harm(string hex) =>
        TestKey.Named("a").Public.Verify(Payload, Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal))).Should().BeFalse();

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void G3_seeded_damage_to_a_signature_is_never_valid_and_never_throws(SignatureAlgorithm algorithm)
    {
        var random = new Random(7);
        var key = TestKey.Named("a", algorithm);
        var signature = key.Sign(Payload);
        for (var round = 0; round < 5_000; round++)
        {
            var damaged = Mutation.Of(signature, random);
            if (!damaged.AsSpan().SequenceEqual(signature))
            {
                key.Public.Verify(Payload, damaged).Should().BeFalse(Convert.ToHexString(damaged));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public async Task One_key_verifies_right_from_several_threads_at_once(SignatureAlgorithm algorithm)
    {
        var key = TestKey.Named("a", algorithm);
        var signature = key.Sign(Payload);
        var other = TestPayload("other");
        var fresh = PublicKey.FromPem(key.Public.Pem, algorithm);
        await Parallel.ForEachAsync(Enumerable.Range(0, 20_000), new ParallelOptions { MaxDegreeOfParallelism = 8 }, (number, _) =>
        {
            fresh.Verify(number % 2 == 0 ? Payload : other, signature).Should().Be(number % 2 == 0);
            return ValueTask.CompletedTask;
        });
    }

    [Fact]
    public void The_fingerprint_is_that_of_the_DER_that_openssl_writes()
    {
        var key = TestKey.Named("a");
        Digest.Of(OpenSsl.PublicDer(key.Public.Pem)).Should().Be(key.Public.Fingerprint);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not a key")]
    [InlineData("-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----")]
    [InlineData("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----")]
    [InlineData("-----BEGIN PUBLIC KEY-----\nAA=A\n-----END PUBLIC KEY-----")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----")]
    [InlineData("-----BEGIN RSA PUBLIC KEY-----\nAAAA\n-----END RSA PUBLIC KEY-----")]
    [InlineData("-----BEGIN PUBLIC KEY-----\nAAAA")]
    public void What_is_no_PEM_public_key_is_refused(string pem) =>
        FluentActions.Invoking(() => PublicKey.FromPem(pem, SignatureAlgorithm.RsaPkcs1Sha256)).Should().Throw<FormatException>();

    [Fact]
    public void Two_keys_text_beside_a_key_or_bytes_behind_it_are_refused()
    {
        var pem = TestKey.Named("a").Public.Pem;
        var der = OpenSsl.PublicDer(pem);
        Refused(pem + "\n" + pem, SignatureAlgorithm.EcdsaSha256, "nothing beside");
        Refused("release key:\n" + pem, SignatureAlgorithm.EcdsaSha256, "nothing beside");
        Refused(PemEncoding.WriteString("PUBLIC KEY", [.. der, 0, 0]), SignatureAlgorithm.EcdsaSha256, "stand behind");
        PublicKey.FromPem("\n" + pem.Replace("\n", "\r\n", StringComparison.Ordinal) + "\n  \n", SignatureAlgorithm.EcdsaSha256)
            .Fingerprint.Should().Be(TestKey.Named("a").Public.Fingerprint);
    }

    [Fact]
    public void A_private_key_in_the_place_of_a_public_one_is_named_as_such_and_not_repeated()
    {
        using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var pem = pair.ExportPkcs8PrivateKeyPem();
        FluentActions.Invoking(() => PublicKey.FromPem(pem, SignatureAlgorithm.EcdsaSha256)).Should().Throw<FormatException>()
            .Which.Message.Should().Contain("private key").And.NotContain(pem.Split('\n')[1]);
    }

    [Fact]
    public void Keys_of_another_kind_size_or_curve_are_refused()
    {
        using var small = RSA.Create(1024);
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        Refused(small.ExportSubjectPublicKeyInfoPem(), SignatureAlgorithm.RsaPkcs1Sha256, "1024");
        Refused(p384.ExportSubjectPublicKeyInfoPem(), SignatureAlgorithm.EcdsaSha256, "P-256");
        Refused(TestKey.Named("a").Public.Pem, SignatureAlgorithm.RsaPkcs1Sha256, "RSA_PKCS1_SHA_256");
        Refused(TestKey.Named("a", SignatureAlgorithm.RsaPkcs1Sha256).Public.Pem, SignatureAlgorithm.EcdsaSha256, "ECDSA_SHA_256");
    }

    [Fact]
    public void A_curve_written_out_in_numbers_is_refused_even_where_it_looks_like_P_256() =>
        Refused(OpenSsl.ExplicitCurvePublicKey(), SignatureAlgorithm.EcdsaSha256, "P-256");

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void An_RSA_key_with_a_toy_exponent_is_refused(byte exponent)
    {
        using var pair = RSA.Create(2048);
        var parameters = pair.ExportParameters(false);
        parameters.Exponent = [exponent];
        var der = SubjectPublicKeyInfo(parameters);
        Refused(PemEncoding.WriteString("PUBLIC KEY", der), SignatureAlgorithm.RsaPkcs1Sha256, exponent == 1 ? "RSA_PKCS1_SHA_256" : "exponent");
    }

    [Fact]
    public void Seeded_damage_to_a_PEM_gives_a_key_or_a_FormatException()
    {
        var random = new Random(99);
        foreach (var algorithm in Enum.GetValues<SignatureAlgorithm>())
        {
            var pem = Encoding.ASCII.GetBytes(TestKey.Named("a", algorithm).Public.Pem);
            for (var round = 0; round < 3_000; round++)
            {
                try
                {
                    _ = PublicKey.FromPem(Encoding.Latin1.GetString(Mutation.Of(pem, random)), algorithm);
                }
                catch (FormatException)
                {
                    // The one refusal that readers expect; anything else fails the test.
                }
            }
        }
    }

    [Fact]
    public void Algorithm_names_are_exact()
    {
        foreach (var name in SignatureAlgorithmNames.All)
        {
            SignatureAlgorithmNames.TryParse(name, out var algorithm).Should().BeTrue();
            algorithm.Name().Should().Be(name);
        }

        foreach (var wrong in new[] { null, "", "rsa_pkcs1_sha_256", "RSA_PKCS1_SHA_256 ", "RSA_PKCS1_SHA_1", "none", "0" })
        {
            SignatureAlgorithmNames.TryParse(wrong, out _).Should().BeFalse();
        }
    }

    private static void Refused(string pem, SignatureAlgorithm algorithm, string reason) =>
        FluentActions.Invoking(() => PublicKey.FromPem(pem, algorithm)).Should().Throw<FormatException>().Which.Message.Should().Contain(reason);

    private static byte[] TestPayload(string witness) => SimpleSigningPayload.Create(TestImages.App, witness);

    private static byte[] SubjectPublicKeyInfo(RSAParameters parameters)
    {
        var writer = new System.Formats.Asn1.AsnWriter(System.Formats.Asn1.AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteIntegerUnsigned(parameters.Modulus);
            writer.WriteIntegerUnsigned(parameters.Exponent);
        }

        var key = new PublicKeyParts(new Oid("1.2.840.113549.1.1.1"), writer.Encode());
        return key.Encode();
    }

    private sealed record PublicKeyParts(Oid Algorithm, byte[] Key)
    {
        public byte[] Encode() => new System.Security.Cryptography.X509Certificates.PublicKey(
            Algorithm, new AsnEncodedData(Algorithm, [5, 0]), new AsnEncodedData(Algorithm, Key)).ExportSubjectPublicKeyInfo();
    }
}
