using System.Globalization;
using Kritis.Events.Contracts.Images;
using Kritis.Events.ServiceDefaults.Settings;

namespace Kritis.Events.Verifier.Workloads;

/// <summary>Section <c>Workloads</c>: whether and how often running workloads are checked again.</summary>
internal sealed record WorkloadOptions
{
    private static readonly TimeSpan Least = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Most = TimeSpan.FromHours(24);

    /// <summary>Whether they are checked at all; on by default where the service speaks with an API server.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>How often all of them are checked without any other cause, from 1 minute to 24 hours; 10 minutes by default.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMinutes(10);

    /// <exception cref="SettingException">A value cannot be read, or is out of its range.</exception>
    public static WorkloadOptions From(IConfiguration configuration)
    {
        var section = configuration.GetSection("Workloads");
        return new WorkloadOptions { Enabled = Flag(section["Enabled"]), Interval = Time(section["Interval"]) };
    }

    private static bool Flag(string? text) => text switch
    {
        null or "" => true,
        _ when bool.TryParse(text, out var flag) => flag,
        _ => throw new SettingException("Workloads:Enabled", $"is '{Excerpt.Of(text)}'", "true or false"),
    };

    private static TimeSpan Time(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return new WorkloadOptions().Interval;
        }

        return TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out var interval) && interval >= Least && interval <= Most
            ? interval
            : throw new SettingException("Workloads:Interval", $"is '{Excerpt.Of(text)}'", "a time from 00:01:00 to 1.00:00:00, as hh:mm:ss");
    }
}
