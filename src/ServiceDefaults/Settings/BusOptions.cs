namespace Kritis.Events.ServiceDefaults.Settings;

/// <summary>Section <c>Bus</c>.</summary>
public sealed record BusOptions
{
    /// <summary>Setting <c>Bus:Uri</c>. Required.</summary>
    public required BusAddress Address { get; init; }

    /// <summary>Section <c>Bus:Tls</c>.</summary>
    public BusTls Tls { get; init; } = new();

    /// <summary>Whether messages stay in this process.</summary>
    public bool InMemory => Address.InMemory;

    /// <summary>Reads and checks the section.</summary>
    /// <exception cref="SettingException">A setting is wrong.</exception>
    public static BusOptions From(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var text = configuration["Bus:Uri"];
        if (string.IsNullOrWhiteSpace(text))
        {
            throw new SettingException("Bus:Uri", "is missing", BusAddress.Expected);
        }

        try
        {
            var address = BusAddress.Parse(text.Trim());
            return new BusOptions { Address = address, Tls = BusTls.From(configuration, address) };
        }
        catch (FormatException wrong)
        {
            throw new SettingException("Bus:Uri", wrong.Message, BusAddress.Expected);
        }
    }
}
