using System.Security.Cryptography;
using Kritis.Events.Attestations.Keys;
using Kritis.Events.Attestations.Resources;

namespace Kritis.Events.Benchmarks.Data;

/// <summary>The witness's key that attested the generated images. Kept beside what it signed.</summary>
internal sealed class BenchmarkKey : IDisposable
{
    private readonly AsymmetricAlgorithm _key;

    private BenchmarkKey(BenchmarkKeyKind kind) =>
        _key = kind == BenchmarkKeyKind.Rsa ? RSA.Create(2048) : ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public PublicKey PublicKey => PublicKey.FromSubjectPublicKeyInfo(
        _key.ExportSubjectPublicKeyInfo(), _key is RSA ? SignatureAlgorithm.RsaPkcs1Sha256 : SignatureAlgorithm.EcdsaSha256);

    public Witness Witness => new()
    {
        Name = BenchmarkPolicies.WitnessName,
        Keys = [new WitnessKey { Kms = "local", KeyId = BenchmarkPolicies.WitnessName, State = KeyState.Active, PublicKey = PublicKey }],
    };

    /// <summary>The key in <paramref name="file"/>; a new one is made where there is none.</summary>
    public static BenchmarkKey In(string file, BenchmarkKeyKind kind = BenchmarkKeyKind.Ec)
    {
        var key = new BenchmarkKey(kind);
        if (File.Exists(file))
        {
            key._key.ImportFromPem(File.ReadAllText(file));
            return key;
        }

        _ = Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, key._key.ExportPkcs8PrivateKeyPem());
        return key;
    }

    public byte[] Sign(ReadOnlySpan<byte> payload) => _key is RSA rsa
        ? rsa.SignData(payload, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
        : ((ECDsa)_key).SignData(payload, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);

    public void Dispose() => _key.Dispose();
}
