using System.Collections.Concurrent;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Attestations.Index;

/// <summary>
/// What images are attested by, once for each combination: of a million images that one key has signed all share one object. There are as many
/// combinations as keys sign side by side, a handful.
/// </summary>
internal sealed class AttestedCombinations
{
    /// <summary>Beyond it combinations are made for each image: it costs memory and nothing else.</summary>
    private const int Most = 4096;

    private readonly ConcurrentDictionary<(string Witness, Digest Key), IndexedAttestation> _signers = new();
    private readonly ConcurrentDictionary<(AttestedImage Before, IndexedAttestation Added), AttestedImage> _combinations = new();

    /// <summary>The attestation without what is particular to its image.</summary>
    public IndexedAttestation Brief(IndexedAttestation attestation)
    {
        var signer = (attestation.Witness, attestation.KeyFingerprint);
        return _signers.TryGetValue(signer, out var known) ? known : _signers.GetOrAdd(signer, new IndexedAttestation
        {
            Witness = attestation.Witness,
            KeyFingerprint = attestation.KeyFingerprint,
        });
    }

    /// <summary>The combination that <paramref name="before"/> becomes with one attestation more.</summary>
    public AttestedImage With(AttestedImage before, IndexedAttestation brief)
    {
        if (_combinations.TryGetValue((before, brief), out var known))
        {
            return known;
        }

        var after = before with { Attestations = before.Attestations.Add(brief) };
        return before.Revocations.IsEmpty && _combinations.Count < Most ? _combinations.GetOrAdd((before, brief), after) : after;
    }
}
