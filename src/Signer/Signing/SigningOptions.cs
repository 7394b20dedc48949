using Kritis.Events.ServiceDefaults.Settings;

namespace Kritis.Events.Signer.Signing;

/// <summary>Section <c>Signing</c>: how long a push is tried before it goes to the error queue.</summary>
internal sealed record SigningOptions
{
    /// <summary>How often a push is tried in all, 1 to 100.</summary>
    public int Attempts { get; init; } = 8;

    /// <summary>The pause after the first failure; it doubles from there, with jitter.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The longest pause.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How many pushes one signer works on at the same time, 1 to 1,000.</summary>
    public int ConcurrentPushes { get; init; } = 32;

    public static SigningOptions From(IConfiguration configuration)
    {
        var options = configuration.GetSection("Signing").Get<SigningOptions>() ?? new SigningOptions();
        if (options.Attempts is < 1 or > 100)
        {
            throw new SettingException("Signing:Attempts", $"is {options.Attempts}", "1 to 100");
        }

        if (options.ConcurrentPushes is < 1 or > 1000)
        {
            throw new SettingException("Signing:ConcurrentPushes", $"is {options.ConcurrentPushes}", "1 to 1000");
        }

        return options.FirstPause > TimeSpan.Zero && options.LongestPause >= options.FirstPause
            ? options
            : throw new SettingException("Signing:FirstPause", "is not between zero and Signing:LongestPause", "for example 00:00:00.250 and 00:00:15");
    }
}
