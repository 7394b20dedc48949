using Kritis.Events.ServiceDefaults.Settings;

namespace Kritis.Events.Verifier.Admission;

/// <summary>Section <c>Admission</c>.</summary>
internal sealed record AdmissionOptions
{
    /// <summary>
    /// The largest review, in bytes, from 64 KiB to 64 MiB. An API server's objects have at most about 3 MiB, and a review of an update carries two.
    /// </summary>
    public int MaxBodyBytes { get; init; } = 8 * 1024 * 1024;

    public static AdmissionOptions From(IConfiguration configuration)
    {
        var options = configuration.GetSection("Admission").Get<AdmissionOptions>() ?? new AdmissionOptions();
        return options.MaxBodyBytes is >= 64 * 1024 and <= 64 * 1024 * 1024
            ? options
            : throw new SettingException("Admission:MaxBodyBytes", $"is {options.MaxBodyBytes}", "65536 to 67108864");
    }
}
