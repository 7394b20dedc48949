using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Kritis.Events.Signer.Intake;

/// <summary>Adds the intake and its endpoint.</summary>
internal static class IntakeRegistration
{
    // Its lines hold whole URLs, and with them ?token=.
    private const string RequestLog = "Microsoft.AspNetCore.Hosting.Diagnostics";

    /// <summary>Adds the intake. Needs MassTransit's bus and an <see cref="Attestations.Resources.IResourceSource"/>.</summary>
    public static IServiceCollection AddIntake(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<IntakeOptions>().Bind(configuration.GetSection(IntakeOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<IntakeOptions>>(new IntakeOptionsValidator(configuration));
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<IntakeMetrics>();
        services.AddSingleton<IntakeToken>();
        services.AddSingleton<PushPublisher>();
        services.AddSingleton<DistributionIntake>();
        services.AddHostedService<IntakeStart>();
        services.AddLogging(logging => logging.AddFilter(RequestLog, LogLevel.Warning));
        return services;
    }

    /// <summary>Maps <c>POST /events/distribution</c>.</summary>
    public static IEndpointRouteBuilder MapIntake(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost(DistributionIntake.Path, (HttpContext context, DistributionIntake intake) => intake.HandleAsync(context));
        return endpoints;
    }
}
