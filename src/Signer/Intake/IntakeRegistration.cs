using Kritis.Events.Signer.Intake.Acr;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Kritis.Events.Signer.Intake;

/// <summary>Adds the intakes and their endpoints.</summary>
internal static class IntakeRegistration
{
    // Its lines hold whole URLs, and with them ?token=.
    private const string RequestLog = "Microsoft.AspNetCore.Hosting.Diagnostics";

    /// <summary>Adds the intake. Needs MassTransit's bus, access to registries and an <see cref="Attestations.Resources.IResourceSource"/>.</summary>
    public static IServiceCollection AddIntake(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<IntakeOptions>().Bind(configuration.GetSection(IntakeOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<IntakeOptions>>(new IntakeOptionsValidator(configuration));
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<IntakeMetrics>();
        services.AddSingleton<IntakeToken>();
        services.AddSingleton<PushPublisher>();
        services.AddSingleton<PushJournal>();
        services.AddSingleton<EventIntake>();
        services.AddSingleton<DistributionIntake>();
        services.AddSingleton<AcrPushes>();
        services.AddSingleton<AcrIntake>();
        services.AddSingleton<EventBridgeIntake>();
        services.AddHostedService<EventBridgeQueue>();
        services.AddHostedService<IntakeStart>();
        services.AddLogging(logging => logging.AddFilter(RequestLog, LogLevel.Warning));
        return services;
    }

    /// <summary>Maps <c>POST /events/distribution</c>, <c>/events/acr</c> and <c>/events/eventbridge</c>.</summary>
    public static IEndpointRouteBuilder MapIntake(this IEndpointRouteBuilder endpoints)
    {
        Map<DistributionIntake>(endpoints, DistributionIntake.Path);
        Map<AcrIntake>(endpoints, AcrIntake.Path);
        Map<EventBridgeIntake>(endpoints, EventBridgeIntake.Path);
        return endpoints;
    }

    private static void Map<TReader>(IEndpointRouteBuilder endpoints, string path)
        where TReader : class, IPushReader =>
        endpoints.MapPost(path, (HttpContext context, EventIntake intake, TReader reader) => intake.HandleAsync(context, reader));
}
