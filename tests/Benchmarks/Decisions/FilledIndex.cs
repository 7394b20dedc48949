using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Benchmarks.Data;

namespace Kritis.Events.Benchmarks.Decisions;

/// <summary>Indexes with as many attestations as wanted, put in as if they had been verified.</summary>
internal static class FilledIndex
{
    public static AttestationIndex With(int attestations, Witness witness)
    {
        var index = new AttestationIndex();
        for (var number = 0; number < attestations; number++)
        {
            _ = index.Add(BenchmarkImages.Of(number), new IndexedAttestation
            {
                Witness = witness.Name,
                KeyFingerprint = witness.Keys[0].PublicKey.Fingerprint,
            });
        }

        return index;
    }
}
