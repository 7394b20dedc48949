using System.Security.Cryptography;
using Kritis.Events.Attestations.Keys;
using Microsoft.Extensions.ObjectPool;

namespace Kritis.Events.Signer.Kms;

/// <summary>
/// A private key in memory, used with one algorithm. .NET's key objects serve one thread at a time and are slow to make, so they are pooled.
/// </summary>
internal sealed class LocalKey
{
    private readonly Func<ReadOnlySpan<byte>, byte[]> _sign;

    private LocalKey(PublicKey publicKey, Func<ReadOnlySpan<byte>, byte[]> sign)
    {
        PublicKey = publicKey;
        _sign = sign;
    }

    /// <summary>The public key that belongs to it.</summary>
    public PublicKey PublicKey { get; }

    /// <summary>Reads a key from its file.</summary>
    /// <exception cref="KeyManagementException">The file cannot be read, or its key does not fit <paramref name="algorithm"/>.</exception>
    public static LocalKey Load(string path, SignatureAlgorithm algorithm)
    {
        var pkcs8 = LocalKeyFile.ReadPkcs8(path);
        try
        {
            var key = algorithm == SignatureAlgorithm.EcdsaSha256 ? Ec(pkcs8) : Rsa(pkcs8, algorithm);
            key.RefuseUnlessWhole();
            return key;
        }
        catch (Exception unfit) when (unfit is CryptographicException or FormatException or PlatformNotSupportedException)
        {
            throw LocalKeyFile.Unreadable(path, $"it does not fit {algorithm.Name()} ({unfit.Message.TrimEnd('.')})", unfit);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pkcs8);
        }
    }

    /// <summary>Signs a SHA-256.</summary>
    public byte[] Sign(ReadOnlySpan<byte> sha256) => _sign(sha256);

    // A damaged file may hold a public half that fits and a private half that does not.
    private void RefuseUnlessWhole()
    {
        ReadOnlySpan<byte> probe = "kritis.events"u8;
        if (!PublicKey.Verify(probe, Sign(SHA256.HashData(probe))))
        {
            throw new FormatException("its private and its public half do not belong together");
        }
    }

    private static LocalKey Rsa(byte[] pkcs8, SignatureAlgorithm algorithm)
    {
        using var key = RSA.Create();
        Import(key, pkcs8);
        var publicKey = PublicKey.FromSubjectPublicKeyInfo(key.ExportSubjectPublicKeyInfo(), algorithm);
        var secret = key.ExportParameters(includePrivateParameters: true);
        var pool = Pool(() => RSA.Create(secret));
        var padding = algorithm == SignatureAlgorithm.RsaPssSha256 ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1;
        return new LocalKey(publicKey, sha256 =>
        {
            var rsa = pool.Get();
            var signature = rsa.SignHash(sha256, HashAlgorithmName.SHA256, padding);
            pool.Return(rsa);
            return signature;
        });
    }

    private static LocalKey Ec(byte[] pkcs8)
    {
        using var key = ECDsa.Create();
        Import(key, pkcs8);
        var publicKey = PublicKey.FromSubjectPublicKeyInfo(key.ExportSubjectPublicKeyInfo(), SignatureAlgorithm.EcdsaSha256);
        var secret = key.ExportParameters(includePrivateParameters: true);
        var pool = Pool(() => ECDsa.Create(secret));
        return new LocalKey(publicKey, sha256 =>
        {
            var ec = pool.Get();
            var signature = ec.SignHash(sha256, DSASignatureFormat.Rfc3279DerSequence);
            pool.Return(ec);
            return signature;
        });
    }

    private static void Import(AsymmetricAlgorithm key, byte[] pkcs8)
    {
        key.ImportPkcs8PrivateKey(pkcs8, out var read);
        if (read != pkcs8.Length)
        {
            throw new FormatException("there are bytes behind the key");
        }
    }

    private static ObjectPool<TKey> Pool<TKey>(Func<TKey> make)
        where TKey : AsymmetricAlgorithm =>
        new DefaultObjectPoolProvider().Create(new MakeOnDemand<TKey>(make));

    private sealed class MakeOnDemand<TKey>(Func<TKey> make) : PooledObjectPolicy<TKey>
        where TKey : AsymmetricAlgorithm
    {
        public override TKey Create() => make();

        public override bool Return(TKey obj) => true;
    }
}
