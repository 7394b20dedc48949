namespace Kritis.Events.Fuzzing.Targets;

/// <summary>One moment, always: what an input comes to must not depend on the day.</summary>
internal sealed class FixedTime : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    public override long GetTimestamp() => 0;
}
