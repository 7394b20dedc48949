using System.Globalization;
using Kritis.Events.Contracts.Images;
using Kritis.Events.ServiceDefaults.Settings;

namespace Kritis.Events.ServiceDefaults.Stopping;

/// <summary>Section <c>Shutdown</c>.</summary>
internal sealed record ShutdownOptions
{
    private const string Key = "Shutdown:Drain";
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    /// <summary>How long the service goes on answering after SIGTERM, unready, so that nobody sends it anything when it stops: zero, by default, to 1 minute.</summary>
    public TimeSpan Drain { get; init; }

    /// <exception cref="SettingException">The time is none, or out of its range.</exception>
    public static ShutdownOptions From(IConfiguration configuration)
    {
        if (configuration[Key] is not { Length: > 0 } text)
        {
            return new ShutdownOptions();
        }

        return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var drain) && drain >= TimeSpan.Zero && drain <= Longest
            ? new ShutdownOptions { Drain = drain }
            : throw new SettingException(Key, $"is '{Excerpt.Of(text)}'", $"a time from 00:00:00 to {Longest}");
    }
}
