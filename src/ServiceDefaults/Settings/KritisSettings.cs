namespace Kritis.Events.ServiceDefaults.Settings;

/// <summary>The settings that a service's features ask for while they are added.</summary>
public static class KritisSettings
{
    /// <summary>Where the bus is.</summary>
    public static Uri Bus(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return BusOptions.From(builder.Configuration).Uri!;
    }

    /// <summary>The data folder, which exists.</summary>
    public static string DataPath(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return DataOptions.From(builder.Configuration).Path;
    }
}
