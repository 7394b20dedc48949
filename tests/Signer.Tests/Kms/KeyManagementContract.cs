using System.Diagnostics;
using System.Security.Cryptography;
using Kritis.Events.Attestations.Keys;
using Kritis.Events.Signer.Kms;

namespace Kritis.Events.Signer.Tests.Kms;

/// <summary>What every key management must do; each adapter's tests derive from it.</summary>
public abstract class KeyManagementContract
{
    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<SignatureAlgorithm, int> EveryKind => new()
    {
        { SignatureAlgorithm.RsaPkcs1Sha256, 2048 },
        { SignatureAlgorithm.RsaPkcs1Sha256, 3072 },
        { SignatureAlgorithm.RsaPkcs1Sha256, 4096 },
        { SignatureAlgorithm.RsaPssSha256, 2048 },
        { SignatureAlgorithm.RsaPssSha256, 3072 },
        { SignatureAlgorithm.RsaPssSha256, 4096 },
        { SignatureAlgorithm.EcdsaSha256, 256 },
    };

    /// <summary>The adapter under test.</summary>
    private protected abstract IKeyManagement Adapter { get; }

    /// <summary>Makes a key in the adapter and pins its public key.</summary>
    protected abstract Task<WitnessKey> MakeKeyAsync(SignatureAlgorithm algorithm, int bits);

    /// <summary>The same key under an id that the adapter does not have.</summary>
    protected abstract WitnessKey Missing(WitnessKey key);

    [Theory]
    [MemberData(nameof(EveryKind))]
    public async Task Its_signature_is_believed_with_the_pinned_key(SignatureAlgorithm algorithm, int bits)
    {
        var key = await MakeKeyAsync(algorithm, bits);
        var payload = "payload"u8.ToArray();
        var signature = await Adapter.SignAsync(key, SHA256.HashData(payload), Cancellation);

        key.PublicKey.Verify(payload, signature.Span).Should().BeTrue();
        key.PublicKey.Verify("another"u8, signature.Span).Should().BeFalse();
    }

    [Theory]
    [MemberData(nameof(EveryKind))]
    public async Task Its_signature_is_believed_by_openssl(SignatureAlgorithm algorithm, int bits)
    {
        var key = await MakeKeyAsync(algorithm, bits);
        var payload = "payload"u8.ToArray();
        var signature = await Adapter.SignAsync(key, SHA256.HashData(payload), Cancellation);

        (await OpenSslVerifies(key.PublicKey, payload, signature)).Should().BeTrue();
        (await OpenSslVerifies(key.PublicKey, "another"u8.ToArray(), signature)).Should().BeFalse();
    }

    [Theory]
    [MemberData(nameof(EveryKind))]
    public async Task It_tells_the_public_key(SignatureAlgorithm algorithm, int bits)
    {
        var key = await MakeKeyAsync(algorithm, bits);
        var found = await Adapter.GetPublicKeyAsync(key, Cancellation);

        found.Fingerprint.Should().Be(key.PublicKey.Fingerprint);
        found.Algorithm.Should().Be(algorithm);
    }

    [Theory]
    [InlineData(SignatureAlgorithm.RsaPkcs1Sha256, 2048)]
    [InlineData(SignatureAlgorithm.RsaPssSha256, 2048)]
    [InlineData(SignatureAlgorithm.EcdsaSha256, 256)]
    public async Task A_thousand_signatures_at_once_are_all_valid(SignatureAlgorithm algorithm, int bits)
    {
        var key = await MakeKeyAsync(algorithm, bits);
        var valid = 0;
        await Parallel.ForAsync(0, 1_000, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = Cancellation }, async (number, stop) =>
        {
            var payload = BitConverter.GetBytes(number);
            var signature = await Adapter.SignAsync(key, SHA256.HashData(payload), stop);
            if (key.PublicKey.Verify(payload, signature.Span))
            {
                Interlocked.Increment(ref valid);
            }
        });

        valid.Should().Be(1_000);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    [InlineData(31)]
    [InlineData(33)]
    public async Task Only_the_32_bytes_of_a_sha256_are_signed(int length)
    {
        var key = await MakeKeyAsync(SignatureAlgorithm.EcdsaSha256, 256);
        var sign = () => Adapter.SignAsync(key, new byte[length], Cancellation);
        await sign.Should().ThrowAsync<ArgumentException>();
    }

    [Fact]
    public async Task A_missing_key_is_a_permanent_error_that_names_it()
    {
        var key = Missing(await MakeKeyAsync(SignatureAlgorithm.EcdsaSha256, 256));
        var sign = () => Adapter.SignAsync(key, new byte[32], Cancellation);
        var tell = () => Adapter.GetPublicKeyAsync(key, Cancellation);

        foreach (var thrown in new[] { await sign.Should().ThrowAsync<KeyManagementException>(), await tell.Should().ThrowAsync<KeyManagementException>() })
        {
            thrown.Which.Code.Should().Be(KeyManagementCodes.KeyNotFound);
            thrown.Which.Transient.Should().BeFalse();
            thrown.Which.Message.Should().Contain(key.KeyId);
        }
    }

    [Fact]
    public async Task A_cancelled_call_signs_nothing()
    {
        var key = await MakeKeyAsync(SignatureAlgorithm.EcdsaSha256, 256);
        var sign = () => Adapter.SignAsync(key, new byte[32], new CancellationToken(canceled: true));
        await sign.Should().ThrowAsync<OperationCanceledException>();
    }

    private static async Task<bool> OpenSslVerifies(PublicKey key, byte[] payload, ReadOnlyMemory<byte> signature)
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("key.pem"), key.Pem, Cancellation);
        await File.WriteAllBytesAsync(folder.File("payload"), payload, Cancellation);
        await File.WriteAllBytesAsync(folder.File("signature"), signature.ToArray(), Cancellation);
        string[] padding = key.Algorithm == SignatureAlgorithm.RsaPssSha256
            ? ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32", "-sigopt", "rsa_mgf1_md:sha256"]
            : [];
        using var openssl = Process.Start(new ProcessStartInfo(
            "openssl",
            ["dgst", "-sha256", "-verify", folder.File("key.pem"), "-signature", folder.File("signature"), .. padding, folder.File("payload")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var said = await openssl.StandardOutput.ReadToEndAsync(Cancellation);
        await openssl.WaitForExitAsync(Cancellation);
        return openssl.ExitCode == 0 && said.Contains("Verified OK", StringComparison.Ordinal);
    }
}
