namespace Kritis.Events.Signer.Reconcile;

/// <summary>Adds the comparison of registries with the attestation log.</summary>
internal static class ReconcileRegistration
{
    /// <summary>Adds it with its schedule.</summary>
    public static IServiceCollection AddReconcile(this IServiceCollection services, IConfiguration configuration)
    {
        _ = services.AddSingleton(ReconcileOptions.From(configuration));
        _ = services.AddSingleton<ReconcileMetrics>();
        _ = services.AddReconciliation();
        return services.AddHostedService<ReconcileSchedule>();
    }

    /// <summary>Adds it for whoever starts it by hand.</summary>
    public static IServiceCollection AddReconciliation(this IServiceCollection services) => services
        .AddSingleton<IndexChildren>()
        .AddSingleton<AttachedComparison>()
        .AddSingleton<TagComparison>()
        .AddSingleton<Reconciliation>();
}
