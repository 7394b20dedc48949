namespace Kritis.Events.EndToEnd.Faults;

/// <summary>What is broken, when, where and for how long. The same seed and length give the same plan.</summary>
internal static class FaultPlan
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(2);
    private static readonly FaultKind[] Kinds = Enum.GetValues<FaultKind>();

    /// <summary>Deals every kind before any comes again, in a new order each time.</summary>
    public static IReadOnlyList<PlannedFault> Of(int seed, TimeSpan length)
    {
        // A seeded generator is wanted here: what it deals must be dealt again.
#pragma warning disable CA5394
        var random = new Random(seed);
        var plan = new List<PlannedFault>();
        var deck = new Queue<FaultKind>();
        for (var at = First; at < length; at += TimeSpan.FromMilliseconds(random.Next(500, 4000)))
        {
            if (deck.Count == 0)
            {
                var kinds = Kinds.ToArray();
                random.Shuffle(kinds);
                deck = new Queue<FaultKind>(kinds);
            }

            plan.Add(new PlannedFault(at, deck.Dequeue(), random.Next(2), TimeSpan.FromMilliseconds(random.Next(200, 5000))));
        }
#pragma warning restore CA5394
        return plan;
    }
}

/// <summary>One fault.</summary>
/// <param name="At">When it begins.</param>
/// <param name="Kind">What breaks.</param>
/// <param name="Target">Which of two, where there are two.</param>
/// <param name="Length">How long it lasts.</param>
internal sealed record PlannedFault(TimeSpan At, FaultKind Kind, int Target, TimeSpan Length);

internal enum FaultKind
{
    KillSigner,
    KillVerifier,
    KillBroker,
    KillRegistry,
    SuspendSigner,
    SuspendVerifier,
    SuspendBroker,
    CutSignerFromBroker,
    CutVerifierFromBroker,
    SlowSignerToBroker,
    SlowVerifierToBroker,
    CutSignersFromRegistry,
    FailKms,
    FillDisk,
}
