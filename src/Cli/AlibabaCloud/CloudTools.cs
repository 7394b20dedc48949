using Kritis.Events.Signer.AlibabaCloud;
using Kritis.Events.Signer.Kms;
using Kritis.Events.Signer.Kms.Alibaba;

namespace Kritis.Events.Cli.AlibabaCloud;

/// <summary>
/// Access to Alibaba Cloud for a person or a pipeline, with the settings and credentials of the Signer. Only reads: no bus, no log, no data folder.
/// </summary>
internal sealed class CloudTools(ServiceProvider services) : IAsyncDisposable
{
    /// <summary>The keys.</summary>
    public AlibabaKeyManagement Keys => services.GetRequiredService<AlibabaKeyManagement>();

    /// <summary>Security Center.</summary>
    public SecurityCenter.SecurityCenterApi SecurityCenter => services.GetRequiredService<SecurityCenter.SecurityCenterApi>();

    /// <summary>Reads the settings: <c>appsettings.json</c> where the command is run, and the environment.</summary>
    public static CloudTools Create() => new(new ServiceCollection()
        .AddSingleton(Settings())
        .AddLogging()
        .AddMetrics()
        .AddAlibabaCloud(Settings())
        .AddAlibabaKeys()
        .AddSingleton<SecurityCenter.SecurityCenterApi>()
        .BuildServiceProvider());

    /// <summary>The settings of a command that starts no service.</summary>
    public static IConfiguration Settings() => new ConfigurationBuilder()
        .SetBasePath(Directory.GetCurrentDirectory())
        .AddJsonFile("appsettings.json", optional: true)
        .AddEnvironmentVariables()
        .AddEnvironmentVariables("KRITIS_")
        .Build();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => services.DisposeAsync();
}
