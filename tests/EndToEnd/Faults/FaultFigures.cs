using System.Collections.Concurrent;
using System.Globalization;

namespace Kritis.Events.EndToEnd.Faults;

/// <summary>What a run counted.</summary>
internal sealed class FaultFigures
{
    private readonly ConcurrentDictionary<FaultKind, int> _faults = new();
    private readonly ConcurrentQueue<string> _violations = new();
    private long _reviews;

    /// <summary>What must never happen and did.</summary>
    public IReadOnlyCollection<string> Violations => _violations;

    public IReadOnlyDictionary<FaultKind, int> Faults => _faults;

    public int Pushed { get; set; }

    public int Accepted { get; set; }

    public int Expected { get; set; }

    public int Redriven { get; set; }

    public int PaidTwice { get; set; }

    public int LoggedTwice { get; set; }

    public int Restarts { get; set; }

    public void Broke(FaultKind kind) => _faults.AddOrUpdate(kind, 1, static (_, count) => count + 1);

    public void Reviewed() => Interlocked.Increment(ref _reviews);

    public void Violated(string what) => _violations.Enqueue(what);

    public override string ToString() => string.Join('\n',
    [
        .. _faults.OrderBy(fault => fault.Key).Select(fault => Line($"faults {fault.Key}", fault.Value)),
        Line("images pushed", Pushed),
        Line("pushes accepted by an intake", Accepted),
        Line("attestations expected of them", Expected),
        Line("pushes re-driven from the error queue", Redriven),
        Line("admission reviews answered", Interlocked.Read(ref _reviews)),
        Line("verifiers restarted and watched until ready", Restarts),
        Line("signatures paid twice", PaidTwice),
        Line("attestations written twice to the log", LoggedTwice),
        Line("violations", _violations.Count),
        .. _violations.Take(20).Select(violation => $"VIOLATION {violation}"),
    ]);

    private static string Line(string name, long value) => string.Create(CultureInfo.InvariantCulture, $"{name}: {value}");
}
