using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Kritis.Events.Verifier.Admission;

namespace Kritis.Events.Verifier.Tests.Testing;

/// <summary>Listens to the meters of one service.</summary>
internal sealed class Measured : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<(string Name, double Value, string? Outcome)> _values = new();

    public Measured(IMeterFactory owner)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == AdmissionMetrics.MeterName && ReferenceEquals(instrument.Meter.Scope, owner))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Keep(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Keep(instrument, value, tags));
        _listener.Start();
    }

    public double Sum(string name, string? outcome = null) =>
        _values.Where(value => value.Name == name && (outcome is null || value.Outcome == outcome)).Sum(value => value.Value);

    public int Count(string name) => _values.Count(value => value.Name == name);

    public void Dispose() => _listener.Dispose();

    private void Keep(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        _values.Enqueue((instrument.Name, value, tags.IsEmpty ? null : tags[0].Value as string));
}
