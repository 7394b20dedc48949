using System.Diagnostics.Metrics;

namespace Kritis.Events.Signer.Intake;

/// <summary>Counts what registries send: <c>kritis_intake_events</c>, by outcome.</summary>
internal sealed class IntakeMetrics
{
    /// <summary>The signer's meter.</summary>
    public const string MeterName = "Kritis.Events.Signer";

    private readonly Counter<long> _events;

    /// <summary>Makes the counter.</summary>
    public IntakeMetrics(IMeterFactory meters) => _events = meters.Create(MeterName).CreateCounter<long>(
        "kritis_intake_events", unit: null, "Events that registries sent; a request that was refused as a whole counts as one.");

    /// <summary>Pushes on their way to be signed.</summary>
    public void Accepted(int count) => Count(count, "accepted");

    /// <summary>An event that leads to nothing.</summary>
    /// <param name="reason">One of <see cref="IgnoredReason"/>.</param>
    public void Ignored(string reason) => Count(1, "ignored-" + reason);

    /// <summary>A request that cannot be read.</summary>
    public void Malformed() => Count(1, "malformed");

    /// <summary>A request without the token.</summary>
    public void Unauthorized() => Count(1, "unauthorized");

    /// <summary>A request that the broker did not take.</summary>
    public void Unavailable() => Count(1, "unavailable");

    private void Count(int count, string outcome) => _events.Add(count, new KeyValuePair<string, object?>("outcome", outcome));
}
