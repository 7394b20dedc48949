using Kritis.Events.Attestations.Keys;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Attestations.Index;

/// <summary>A key that a witness is believed by. Its state is no part of it: that is asked at each admission.</summary>
internal sealed record PinnedKey(string Witness, Digest Fingerprint, SignatureAlgorithm Algorithm)
{
    public static HashSet<PinnedKey> AllOf(ResourceSet resources) =>
    [
        .. from witness in resources.Witnesses.Values
           from key in witness.Keys
           select new PinnedKey(witness.Name, key.PublicKey.Fingerprint, key.PublicKey.Algorithm),
    ];
}
