using Kritis.Events.Signer.Registry.Acr;
using Kritis.Events.Signer.Registry.SignIn;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Kritis.Events.Signer.Registry;

/// <summary>Adds access to registries. Instances of Container Registry need access to Alibaba Cloud as well.</summary>
internal static class RegistryRegistration
{
    public static IServiceCollection AddRegistry(this IServiceCollection services)
    {
        services.TryAddSingleton(new RegistryClientOptions());
        services.TryAddSingleton(provider => Http(provider.GetRequiredService<RegistryClientOptions>()));
        services.TryAddSingleton<BoundedHttp>();
#if ALIBABA_CLOUD_SDK
        services.TryAddSingleton<IContainerRegistryCalls, SdkContainerRegistryCalls>();
#else
        services.TryAddSingleton<IContainerRegistryCalls, RpcContainerRegistryCalls>();
#endif
        services.TryAddSingleton<ContainerRegistry>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IRegistrySignIn, ConfiguredSignIn>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IRegistrySignIn, AcrSignIn>());
        services.TryAddSingleton<RegistrySignIns>();
        services.TryAddSingleton<TokenIssuer>();
        services.TryAddSingleton<RegistryClient>();
        services.TryAddSingleton<DistributionRegistry>();
        services.TryAddSingleton<DistributionContents>();
        services.TryAddSingleton<AcrContents>();
        services.TryAddSingleton<RegistryContents>();
        services.TryAddSingleton<TaggedManifests>();
        services.TryAddSingleton<SignatureRepository>();
        services.TryAddSingleton<CosignAttachment>();
        services.TryAddSingleton<BlobReader>();
        return services;
    }

    /// <summary>The client that every request to a registry goes through: no redirects, no cookies, bounded.</summary>
    public static HttpClient Http(RegistryClientOptions options)
    {
        var http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = options.ConnectTimeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            MaxConnectionsPerServer = 64,
            MaxResponseHeadersLength = 32,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        http.DefaultRequestHeaders.UserAgent.ParseAdd("kritis-events");
        return http;
    }
}
