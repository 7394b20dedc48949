namespace Kritis.Events.ServiceDefaults.Kubernetes;

/// <summary>Times as an API server takes them.</summary>
public static class ClusterTime
{
    /// <summary>
    /// A moment for a member of type <c>MicroTime</c> (Kubernetes API, <c>metav1.MicroTime</c>), which must have a fraction. The client leaves it away
    /// where it is zero, so there it is made a microsecond.
    /// </summary>
    public static DateTime Micro(DateTimeOffset moment)
    {
        var utc = moment.UtcDateTime;
        return utc.Ticks % TimeSpan.TicksPerSecond == 0 ? utc.AddMicroseconds(1) : utc;
    }
}
