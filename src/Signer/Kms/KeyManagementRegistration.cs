using Kritis.Events.Signer.Kms.Alibaba;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Kritis.Events.Signer.Kms;

/// <summary>Adds the key managements.</summary>
internal static class KeyManagementRegistration
{
    /// <summary>
    /// Adds <see cref="KeyManagements"/> with its adapters, and the check of every witness's key at start. Needs an
    /// <see cref="Attestations.Resources.IResourceSource"/> that is loaded before hosted services start, and access to Alibaba Cloud.
    /// </summary>
    public static IServiceCollection AddKeyManagement(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<LocalKeyOptions>()
            .Bind(configuration.GetSection(LocalKeyOptions.Section))
            .Validate(options => !string.IsNullOrWhiteSpace(options.Path), "Data:Path is empty: expected a folder, for example ./data")
            .ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IKeyManagement, LocalKeyManagement>());
        services.AddAlibabaKeys();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IKeyManagement, AlibabaKeyManagement>(provider => provider.GetRequiredService<AlibabaKeyManagement>()));
        services.TryAddSingleton<KeyManagements>();
        services.AddHostedService<WitnessKeyCheck>();
        return services;
    }

    /// <summary>Adds keys in Alibaba Cloud KMS alone. Needs access to Alibaba Cloud.</summary>
    public static IServiceCollection AddAlibabaKeys(this IServiceCollection services)
    {
#if ALIBABA_CLOUD_SDK
        services.TryAddSingleton<IKmsCalls, SdkKmsCalls>();
#else
        services.TryAddSingleton<IKmsCalls, RpcKmsCalls>();
#endif
        services.TryAddSingleton<AlibabaKeyManagement>();
        return services;
    }
}
