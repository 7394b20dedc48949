using System.Diagnostics;

namespace Kritis.Events.Servers;

/// <summary>Waits for a condition instead of for a time.</summary>
public static class Eventually
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Waits until <paramref name="condition"/> holds; an exception it throws counts as not yet.</summary>
    /// <exception cref="TimeoutException">It never did; the message says what was waited for and what was seen last.</exception>
    public static async Task Async(string what, Func<Task<bool>> condition, CancellationToken cancellationToken, Func<string>? seen = null, TimeSpan? patience = null)
    {
        var watch = Stopwatch.StartNew();
        Exception? last = null;
        while (watch.Elapsed < (patience ?? Patience))
        {
            try
            {
                if (await condition())
                {
                    return;
                }
            }
            catch (Exception notYet) when (notYet is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                last = notYet;
            }

            await Task.Delay(Interval, cancellationToken);
        }

        throw new TimeoutException($"Waited {watch.Elapsed.TotalSeconds:0} s in vain for: {what}. {last?.Message} {seen?.Invoke()}");
    }

    public static Task Async(string what, Func<bool> condition, CancellationToken cancellationToken, Func<string>? seen = null, TimeSpan? patience = null) =>
        Async(what, () => Task.FromResult(condition()), cancellationToken, seen, patience);
}
