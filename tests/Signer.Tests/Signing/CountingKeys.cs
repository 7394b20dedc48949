using System.Security.Cryptography;
using Kritis.Events.Attestations.Keys;
using Kritis.Events.Signer.Kms;

namespace Kritis.Events.Signer.Tests.Signing;

/// <summary>
/// EC keys in memory that count their signatures. No two signatures over the same bytes are the same, so that one that was made again is seen.
/// </summary>
internal sealed class CountingKeys : IKeyManagement, IDisposable
{
    private readonly Dictionary<string, ECDsa> _keys = [];
    private int _signatures;
    private int _failures;
    private int _failAfter;

    public string Name => "counting";

    /// <summary>How many signatures were made, and so paid for.</summary>
    public int Signatures => _signatures;

    public WitnessKey Create(string id, KeyState state = KeyState.Active)
    {
        _keys[id] = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new WitnessKey
        {
            Kms = Name,
            KeyId = id,
            State = state,
            PublicKey = PublicKey.FromPem(_keys[id].ExportSubjectPublicKeyInfoPem(), SignatureAlgorithm.EcdsaSha256),
        };
    }

    /// <summary>The next requests fail with what may pass, after as many that succeed.</summary>
    public void FailNext(int times, int after = 0) => (_failures, _failAfter) = (times, after);

    public Task<ReadOnlyMemory<byte>> SignAsync(WitnessKey key, ReadOnlyMemory<byte> sha256, CancellationToken cancellation)
    {
        lock (_keys)
        {
            if (_failAfter-- <= 0 && _failures-- > 0)
            {
                throw new KeyManagementException("Throttled", "slow down", transient: true);
            }

            _signatures++;
            return Task.FromResult<ReadOnlyMemory<byte>>(_keys[key.KeyId].SignHash(sha256.ToArray(), DSASignatureFormat.Rfc3279DerSequence));
        }
    }

    public Task<PublicKey> GetPublicKeyAsync(WitnessKey key, CancellationToken cancellation) => Task.FromResult(key.PublicKey);

    public void Dispose()
    {
        foreach (var key in _keys.Values)
        {
            key.Dispose();
        }
    }
}
