using Kritis.Events.Signer.AlibabaCloud.Credentials;
using Kritis.Events.Signer.AlibabaCloud.Rpc;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Kritis.Events.Signer.AlibabaCloud;

/// <summary>Adds access to Alibaba Cloud. Nothing is asked of it before a resource names it.</summary>
internal static class AlibabaCloudRegistration
{
    /// <summary>Adds credentials and the protocol client.</summary>
    public static IServiceCollection AddAlibabaCloud(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<AlibabaCloudOptions>().Bind(configuration.GetSection(AlibabaCloudOptions.Section)).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<AlibabaCloudOptions>, AlibabaCloudOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<AlibabaCloudMetrics>();
        services.TryAddSingleton<CallPolicy>();
        services.AddCredentials();
        services.TryAddSingleton(provider => new RpcTransport(
            Http(), provider.GetRequiredService<IOptions<AlibabaCloudOptions>>(), provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<RpcClient>();
#if ALIBABA_CLOUD_SDK
        services.TryAddSingleton<Sdk.SdkCalls>();
#endif
        return services;
    }

    private static IServiceCollection AddCredentials(this IServiceCollection services)
    {
        // The order is the order of preference.
        services.AddSingleton<ICredentialSource, StaticCredentials>();
        services.AddSingleton<ICredentialSource, EnvironmentCredentials>();
        services.AddSingleton<ICredentialSource, RrsaCredentials>();
        services.AddSingleton<ICredentialSource, EcsRoleCredentials>();
        services.TryAddSingleton<InstanceMetadata>();
        services.TryAddSingleton<CredentialChain>();
        return services;
    }

    private static HttpClient Http()
    {
        var http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = TimeSpan.FromSeconds(3),
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
