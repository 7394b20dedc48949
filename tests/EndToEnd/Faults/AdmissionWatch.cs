using System.Collections.Concurrent;
using Kritis.Events.EndToEnd.System;

namespace Kritis.Events.EndToEnd.Faults;

/// <summary>
/// Asks both verifiers all the time: for what was never signed, which must never be admitted, and for what one of them has admitted before, which
/// every verifier that is ready must admit. What one verifier has admitted stands in the log, so that one that becomes ready later must know it.
/// </summary>
internal sealed class AdmissionWatch(FaultyInstallation installation, PushedByTest pushes, FaultFigures figures)
{
    private const int Sample = 40;
    private readonly ConcurrentDictionary<string, bool>[] _admitted = [new(), new()];

    /// <summary>The generation of each verifier: an answer of one that was killed meanwhile says nothing.</summary>
    private readonly int[] _generation = new int[2];

    public async Task RunAsync(int number, CancellationToken ended)
    {
        var turn = 0;
        while (!ended.IsCancellationRequested)
        {
            turn++;
            await AskForUnsignedAsync(number, turn, ended);
            await AskForSignedAsync(number, turn, ended);
            await Task.Delay(50, ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Starts a verifier that was killed, and holds it to what was known before, in the moment in which it says that it is ready (G6).</summary>
    public async Task RestartAsync(int number, CancellationToken cancellationToken)
    {
        var known = _admitted.SelectMany(admitted => admitted.Keys).Distinct().ToArray();
        _ = Interlocked.Increment(ref _generation[number]);
        _admitted[number].Clear();
        var verifier = installation.StartVerifier(number);
        await verifier.UntilReadyAsync(cancellationToken, FaultyInstallation.Patience);
        figures.Restarts++;
        foreach (var image in known.TakeLast(Sample).Concat(known.Take(Sample)))
        {
            if (!await Review.AdmitsAsync(verifier, image, cancellationToken))
            {
                figures.Violated($"G6 verifier{number} was ready and did not know {image}, which had been admitted before it started");
            }
        }
    }

    private async Task AskForUnsignedAsync(int number, int turn, CancellationToken ended)
    {
        if (pushes.Unsigned is { Count: > 0 } unsigned && await AskAsync(number, unsigned[turn % unsigned.Count], ended) == true)
        {
            figures.Violated($"G3 verifier{number} admitted {unsigned[turn % unsigned.Count]}, which nobody signed");
        }
    }

    private async Task AskForSignedAsync(int number, int turn, CancellationToken ended)
    {
        if (pushes.Accepted is not { Count: > 0 } accepted)
        {
            return;
        }

        // Mostly the newest, for those are under way.
        var image = turn % 4 == 0 ? accepted[turn % accepted.Count] : accepted[Math.Max(0, accepted.Count - 1 - (turn % 16))];
        var generation = Volatile.Read(ref _generation[number]);
        var wasAdmitted = _admitted[number].ContainsKey(image);
        var answer = await AskAsync(number, image, ended);
        if (generation != Volatile.Read(ref _generation[number]))
        {
            return;
        }

        if (answer == true)
        {
            _admitted[number][image] = true;
        }
        else if (answer == false && wasAdmitted)
        {
            figures.Violated($"verifier{number} refused {image}, which it had admitted before");
        }
    }

    /// <returns>Null where the verifier does not answer now.</returns>
    private async Task<bool?> AskAsync(int number, string image, CancellationToken ended)
    {
        try
        {
            var admits = await Review.AdmitsAsync(installation.Verifiers[number], image, ended);
            figures.Reviewed();
            return admits;
        }
        catch (Exception away) when (away is HttpRequestException or OperationCanceledException or ObjectDisposedException)
        {
            return null;
        }
    }
}
