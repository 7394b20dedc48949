using Microsoft.Extensions.Time.Testing;

namespace Kritis.Events.Verifier.Tests.Testing;

/// <summary>Lets a fake clock run while other threads work.</summary>
internal static class PassingTime
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(250);

    /// <summary>Lets time pass until <paramref name="condition"/> holds.</summary>
    public static Task UntilAsync(this FakeTimeProvider time, Func<bool> condition, string what) => Eventually.Holds(() =>
    {
        if (condition())
        {
            return true;
        }

        time.Advance(Step);
        return false;
    }, what);

    /// <summary>Lets this much time pass in small steps, so that what waits for a moment in between does not miss it.</summary>
    public static async Task PassAsync(this FakeTimeProvider time, TimeSpan length)
    {
        for (var passed = TimeSpan.Zero; passed < length; passed += Step)
        {
            time.Advance(Step);
            await Task.Delay(TimeSpan.FromMilliseconds(1), CancellationToken.None);
        }
    }
}
