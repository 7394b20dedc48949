using System.Security.Cryptography;
using Kritis.Events.Attestations.Keys;
using Kritis.Events.Attestations.Resources;

namespace Kritis.Events.Benchmarks.Data;

/// <summary>
/// The witness that attested the generated images: ECDSA over P-256, with which a million signatures are made in a minute. Kept beside what it signed.
/// </summary>
internal sealed class BenchmarkKey : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private BenchmarkKey()
    {
    }

    public PublicKey PublicKey => PublicKey.FromSubjectPublicKeyInfo(_key.ExportSubjectPublicKeyInfo(), SignatureAlgorithm.EcdsaSha256);

    public Witness Witness => new()
    {
        Name = BenchmarkPolicies.WitnessName,
        Keys = [new WitnessKey { Kms = "local", KeyId = BenchmarkPolicies.WitnessName, State = KeyState.Active, PublicKey = PublicKey }],
    };

    /// <summary>The key in <paramref name="file"/>; a new one is made where there is none.</summary>
    public static BenchmarkKey In(string file)
    {
        var key = new BenchmarkKey();
        if (File.Exists(file))
        {
            key._key.ImportFromPem(File.ReadAllText(file));
            return key;
        }

        _ = Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, key._key.ExportPkcs8PrivateKeyPem());
        return key;
    }

    public byte[] Sign(ReadOnlySpan<byte> payload) => _key.SignData(payload, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);

    public void Dispose() => _key.Dispose();
}
