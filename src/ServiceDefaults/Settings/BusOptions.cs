namespace Kritis.Events.ServiceDefaults.Settings;

/// <summary>Section <c>Bus</c>.</summary>
public sealed record BusOptions
{
    /// <summary>
    /// <c>amqp://user:password@host:port/vhost</c>, <c>amqps://…</c>, or <c>memory:</c> for one process without a broker. Required.
    /// </summary>
    public Uri? Uri { get; init; }

    /// <summary>Whether messages stay in this process.</summary>
    public bool InMemory => Uri?.Scheme == "memory";

    internal static BusOptions From(IConfiguration configuration)
    {
        var text = configuration["Bus:Uri"];
        if (string.IsNullOrWhiteSpace(text))
        {
            throw new SettingException("Bus:Uri", "is missing", "amqp://user:password@host:port/vhost, amqps://… or memory:");
        }

        if (!System.Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("amqp" or "amqps" or "memory"))
        {
            throw new SettingException("Bus:Uri", "is not a bus address", "amqp://user:password@host:port/vhost, amqps://… or memory:");
        }

        return new BusOptions { Uri = uri };
    }
}
