using Kritis.Events.Contracts.Images;
using Kritis.Events.ServiceDefaults.Settings;

namespace Kritis.Events.Verifier.Tls.Shared;

/// <summary>Section <c>Webhook</c>.</summary>
internal sealed record WebhookOptions
{
    private const string Key = "Webhook:ConfigurationName";

    /// <summary>The <c>ValidatingWebhookConfiguration</c> that names the verifiers.</summary>
    public string ConfigurationName { get; init; } = "kritis-validation-hook";

    /// <exception cref="SettingException">The name is none.</exception>
    public static WebhookOptions From(IConfiguration configuration)
    {
        if (configuration[Key] is not { Length: > 0 } name)
        {
            return new WebhookOptions();
        }

        return KubernetesName.IsObject(name)
            ? new WebhookOptions { ConfigurationName = name }
            : throw new SettingException(Key, $"is '{Excerpt.Of(name)}'", "a ValidatingWebhookConfiguration's name");
    }
}
