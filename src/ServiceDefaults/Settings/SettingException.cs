using Kritis.Events.Contracts;

namespace Kritis.Events.ServiceDefaults.Settings;

/// <summary>A setting is wrong. The message is one line that names the key, what is wrong and what is expected.</summary>
public sealed class SettingException(string key, string problem, string expected)
    : StartRefusedException($"{key} {problem}; expected {expected}")
{
    /// <summary>The setting's key.</summary>
    public string Key { get; } = key;
}
