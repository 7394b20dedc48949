using Kritis.Events.Contracts;
using Kritis.Events.ServiceDefaults.Health;
using Kritis.Events.ServiceDefaults.Settings;
using Kritis.Events.ServiceDefaults.Stopping;
using Kritis.Events.ServiceDefaults.Telemetry;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Kritis.Events.ServiceDefaults;

/// <summary>What every service of Kritis.Events starts from, and how it stops when a setting is wrong.</summary>
public static class KritisService
{
    /// <summary>A builder with settings, logging, metrics and health in place.</summary>
    /// <param name="name">The service's name, for example <c>signer</c>.</param>
    /// <param name="args">The command line.</param>
    /// <param name="defaultUrl">Where it listens unless the configuration says otherwise.</param>
    /// <exception cref="SettingException">A setting that every service needs is wrong.</exception>
    public static WebApplicationBuilder CreateBuilder(string name, string[] args, string defaultUrl)
    {
        // Settings are read once. Watching their files would watch every file below the current folder, data and all.
        var builder = WebApplication.CreateBuilder([.. args, "--hostBuilder:reloadConfigOnChange=false"]);
        _ = builder.Configuration.AddEnvironmentVariables("KRITIS_").AddCommandLine(args);
        ListenAt(builder, defaultUrl);
        _ = builder.Services.AddSingleton(new ServiceIdentity(name));
        _ = builder.Services.AddSingleton(BusOptions.From(builder.Configuration));
        _ = builder.Services.AddSingleton(DataOptions.From(builder.Configuration));
        builder.Services.TryAddSingleton(TimeProvider.System);
        _ = builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        _ = builder.AddKritisLogging().AddKritisMetrics(name);
        _ = builder.Services.AddKritisHealth();
        _ = builder.AddStopping();
        return builder;
    }

    /// <summary>
    /// Runs a service until it is told to stop. A wrong setting or an invalid resource is told in plain lines on standard error,
    /// without a stack trace.
    /// </summary>
    /// <returns>The process's exit code: 0, or 1 where the service could not start.</returns>
    public static async Task<int> RunAsync(Func<WebApplication> create)
    {
        ArgumentNullException.ThrowIfNull(create);
        try
        {
            await using var app = create();
            await app.RunAsync();
            return 0;
        }
        catch (Exception refusal) when (IsRefusal(refusal))
        {
            await Console.Error.WriteLineAsync(refusal.Message);
            return 1;
        }
    }

    private static void ListenAt(WebApplicationBuilder builder, string defaultUrl)
    {
        var configuration = builder.Configuration;
        var isSet = configuration["urls"] is not null || configuration["http_ports"] is not null || configuration["https_ports"] is not null
            || configuration.GetSection("Kestrel:Endpoints").Exists();
        if (!isSet)
        {
            configuration["urls"] = defaultUrl;
        }
    }

    /// <summary>Whether an exception at start is something a person can put right: a setting, a resource, a key, an occupied port.</summary>
    public static bool IsRefusal(Exception exception) =>
        exception is StartRefusedException or OptionsValidationException or IOException
            // A value of the wrong type; its message names the key, the value and the type.
            or InvalidOperationException { Source: "Microsoft.Extensions.Configuration.Binder" };
}

/// <summary>Who this process is on the bus and in the metrics.</summary>
/// <param name="Name">The service's name.</param>
public sealed record ServiceIdentity(string Name)
{
    /// <summary>The name with the machine it runs on.</summary>
    public string Instance { get; } = $"{Name}/{Environment.MachineName}";

    /// <summary>The CloudEvents source. Put together once: each message carries it, and the machine's name is asked of the system.</summary>
    public string Source { get; } = $"/kritis/{Name}/{Environment.MachineName}";
}
