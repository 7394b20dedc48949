namespace Kritis.Events.Signer.Restoring;

/// <summary>Adds what keeps the log and what is attached in the registries telling the same.</summary>
internal static class RestoringRegistration
{
    public static IServiceCollection AddRestoring(this IServiceCollection services)
    {
        _ = services.AddSingleton<AttachedStatementReader>();
        _ = services.AddSingleton<LogRestoration>();
        _ = services.AddSingleton<LogWholeness>();
        _ = services.AddSingleton<AttachedRevocations>();
        _ = services.AddSingleton<RememberedStatements>();
        return services.AddHostedService<LogRefill>();
    }
}
