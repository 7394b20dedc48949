using Kritis.Events.Benchmarks.Running;

namespace Kritis.Events.Benchmarks.Scale;

/// <summary>What the measured slopes come to at sizes that no machine here can hold. Calculated, and printed as that.</summary>
internal sealed class Calculation(Figures figures, IReadOnlyList<StartCost> measured)
{
    private const double Attestations = 100e6;
    private const double Clusters = 10_000;

    // As the manifests have it.
    private const double Replicas = 3;

    // A large company: ten million images a day.
    private const double NewEachSecond = 100;
    private const double Gigabyte = 1e9;

    public void Tell()
    {
        var ready = Line(cost => cost.Ready);
        var resident = Line(cost => cost.Resident);
        var heap = Line(cost => cost.Heap);
        var received = Line(cost => cost.Received);
        figures.Title("for each attestation, from the measured slope");
        figures.Add("start of a verifier", ready.Each * 1e6, "µs/attestation");
        figures.Add("memory while it starts (RSS)", resident.Each, "bytes/attestation");
        figures.Add("heap", heap.Each, "bytes/attestation");
        figures.Add("sent by the broker to each verifier", received.Each, "bytes/attestation");
        figures.Title("calculated, not measured: 100 million attestations, 10,000 clusters of 3 verifiers");
        figures.Add("calculated: start of a verifier from the stream", ready.At(Attestations) / 60, "minutes");
        figures.Add("calculated: memory of a verifier while it starts (RSS)", resident.At(Attestations) / Gigabyte, "GB");
        figures.Add("calculated: heap of a verifier", heap.At(Attestations) / Gigabyte, "GB");
        figures.Add("calculated: sent to one verifier that starts", received.At(Attestations) / Gigabyte, "GB");
        figures.Add("calculated: sent when all verifiers start anew", received.At(Attestations) * Clusters * Replicas / 1e15, "PB");
        figures.Add("calculated: sent to one verifier at 100 attestations a second", received.Each * NewEachSecond / 1e3, "kB/s");
        figures.Add("calculated: sent to all verifiers at 100 attestations a second", received.Each * NewEachSecond * Clusters * Replicas / Gigabyte, "GB/s");
        figures.Add("calculated: connections to the broker", measured[^1].Connections * Clusters * Replicas, "connections");
    }

    private Line Line(Func<StartCost, double> cost) => Scale.Line.Through([.. measured.Select(one => ((double)one.Attestations, cost(one)))]);
}
