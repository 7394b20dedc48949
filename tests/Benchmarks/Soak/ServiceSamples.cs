using Kritis.Events.Benchmarks.Running;
using Kritis.Events.Servers;

namespace Kritis.Events.Benchmarks.Soak;

/// <summary>What one service occupied over time.</summary>
/// <param name="name">The service.</param>
/// <param name="process">Its process.</param>
/// <param name="bytesEach">How many bytes an attestation may cost it, for as long as it runs.</param>
internal sealed class ServiceSamples(string name, ServiceProcess process, double bytesEach)
{
    private const double Share = 0.03;
    private const double LeastResident = 5;
    private const double LeastHeap = 1.5;
    private const double LeastDescriptors = 8;
    private readonly List<Sample> _samples = [];

    public async Task TakeAsync(double seconds, long attestations, CancellationToken cancellationToken)
    {
        // In this order: collecting gives memory back.
        var status = ProcessStatus.Of(process.Id);
        var heap = await ManagedHeap.CollectAsync(process.Id, process.Http, cancellationToken);
        _samples.Add(new Sample(seconds, attestations, status.Resident / ProcessStatus.Megabyte, heap / ProcessStatus.Megabyte, status.Descriptors));
    }

    public void Tell(Figures figures)
    {
        var explained = (_samples[^1].Attestations - _samples[_samples.Count / 2].Attestations) * bytesEach / ProcessStatus.Megabyte;
        Judge(figures, "memory (RSS)", "MiB", sample => sample.Resident, LeastResident, explained);
        Judge(figures, "heap after a collection", "MiB", sample => sample.Heap, LeastHeap, explained);
        Judge(figures, "descriptors", "", sample => sample.Descriptors, LeastDescriptors, explained: 0);
    }

    private void Judge(Figures figures, string what, string unit, Func<Sample, double> value, double least, double explained)
    {
        var flatness = Flatness.Of([.. _samples.Select(sample => (sample.Seconds, value(sample)))], Share, least, explained);
        figures.Add($"{name}, {what}, first sample", value(_samples[0]), unit);
        figures.Add($"{name}, {what}, last sample", value(_samples[^1]), unit);
        figures.Add($"{name}, {what}, median of the second half", flatness.Median, unit);
        figures.Add($"{name}, {what}, explained by attestations in the second half", explained, unit);
        figures.Judge($"{name}, {what}, growth in the second half that nothing explains", flatness.Growth, unit, flatness.Limit, atLeast: false);
    }

    private sealed record Sample(double Seconds, long Attestations, double Resident, double Heap, double Descriptors);
}
