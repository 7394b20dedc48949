using System.Globalization;
using Kritis.Events.Contracts.Images;
using Kritis.Events.ServiceDefaults.Settings;

namespace Kritis.Events.Verifier.Admission;

/// <summary>Section <c>Admission</c>.</summary>
internal sealed record AdmissionOptions
{
    private const string Key = "Admission:MaxBodyBytes";
    private const int Least = 64 * 1024;
    private const int Most = 64 * 1024 * 1024;

    /// <summary>
    /// The largest review, in bytes, from 64 KiB to 64 MiB. An API server's objects have at most about 3 MiB, and a review of an update carries two.
    /// </summary>
    public int MaxBodyBytes { get; init; } = 8 * 1024 * 1024;

    /// <exception cref="SettingException">The size is no number, or out of its range.</exception>
    public static AdmissionOptions From(IConfiguration configuration)
    {
        if (configuration[Key] is not { Length: > 0 } text)
        {
            return new AdmissionOptions();
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) && bytes is >= Least and <= Most
            ? new AdmissionOptions { MaxBodyBytes = bytes }
            : throw new SettingException(Key, $"is '{Excerpt.Of(text)}'", $"{Least} to {Most}");
    }
}
