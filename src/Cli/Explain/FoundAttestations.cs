using System.Collections.Concurrent;
using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Keys;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Cli.Explain;

/// <summary>The attestations that the index took in, by id: a decision names them by that alone.</summary>
internal sealed class FoundAttestations
{
    private readonly IResourceSource _resources;
    private readonly ConcurrentDictionary<string, (Image Image, IndexedAttestation Attestation)> _byId = new(StringComparer.Ordinal);

    public FoundAttestations(IndexWriter writer, IResourceSource resources)
    {
        _resources = resources;
        writer.Added += (image, attestation) => _byId[attestation.IdFor(image)] = (image, attestation);
    }

    /// <summary>The attestation with that id, or null where none was taken in.</summary>
    public ExplainedAttestation? Explain(string id)
    {
        if (!_byId.TryGetValue(id, out var found))
        {
            return null;
        }

        var (image, attestation) = found;
        var key = _resources.Current.WitnessesNamed(attestation.Witness).SelectMany(witness => witness.Keys)
            .FirstOrDefault(pinned => pinned.PublicKey.Fingerprint == attestation.KeyFingerprint);
        return new ExplainedAttestation
        {
            Id = id,
            Image = image.ToString(),
            Witness = attestation.Witness,
            Key = key?.DisplayName,
            Algorithm = key is null ? null : key.PublicKey.Algorithm.Name(),
            KeyState = key?.State.ToString().ToLowerInvariant(),
            KeyFingerprint = attestation.KeyFingerprint.ToString(),
            SignedAt = attestation.CreatedAt,
            PushEvent = attestation.EventId,
            Tag = attestation.Tag,
        };
    }
}
