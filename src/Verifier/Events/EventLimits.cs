namespace Kritis.Events.Verifier.Events;

/// <summary>How much may be told.</summary>
/// <param name="Burst">The most requests to the API server at once.</param>
/// <param name="PerSecond">The requests a second in the long run.</param>
/// <param name="MostWaiting">The most Events that wait for their turn; beyond it the oldest is dropped.</param>
/// <param name="MostKnown">The most Events that are remembered, to count the same again; at least <paramref name="MostWaiting"/>.</param>
internal sealed record EventLimits(int Burst, int PerSecond, int MostWaiting, int MostKnown)
{
    /// <summary>For decisions of one verifier.</summary>
    public static EventLimits Admissions { get; } = new(Burst: 50, PerSecond: 5, MostWaiting: 1_000, MostKnown: 2_000);

    /// <summary>For what is found of running workloads, which may be many at once and can wait.</summary>
    public static EventLimits Workloads { get; } = new(Burst: 20, PerSecond: 5, MostWaiting: 5_000, MostKnown: 5_000);
}
