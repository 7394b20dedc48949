using Kritis.Events.ServiceDefaults.Settings;

namespace Kritis.Events.Signer.Reconcile;

/// <summary>
/// Section <c>Reconcile</c>: when a signer compares registries with the attestation log.
/// </summary>
internal sealed record ReconcileOptions
{
    /// <summary>The pause after one comparison until the next, 00:01:00 to 7 days; zero: never by itself.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromHours(6);

    /// <summary>Whether a signer compares once when it has started. Until it has, it looks at what is attached to an image before it signs it.</summary>
    public bool AtStart { get; init; } = true;

    public static ReconcileOptions From(IConfiguration configuration)
    {
        var options = configuration.GetSection("Reconcile").Get<ReconcileOptions>() ?? new ReconcileOptions();
        return options.Interval == TimeSpan.Zero || (options.Interval >= TimeSpan.FromMinutes(1) && options.Interval <= TimeSpan.FromDays(7))
            ? options
            : throw new SettingException("Reconcile:Interval", $"is {options.Interval}", "00:01:00 to 7.00:00:00, or 00:00:00 for never");
    }
}
