using System.Reflection;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace Kritis.Events.Verifier.Tests.Testing;

/// <summary>A bus that never answers a publish and does not look at its token, as one whose broker is away.</summary>
internal class HangingBus : DispatchProxy
{
    public static void Replace(IServiceCollection services) => services.AddSingleton(Create<IBus, HangingBus>());

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        targetMethod!.Name == nameof(IBus.Publish) ? new TaskCompletionSource().Task : throw new NotSupportedException(targetMethod.Name);
}

/// <summary>A bus that fails every publish.</summary>
internal class RefusingBus : DispatchProxy
{
    public static void Replace(IServiceCollection services) => services.AddSingleton(Create<IBus, RefusingBus>());

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.Name == nameof(IBus.Publish)
        ? throw new InvalidOperationException("the broker said no\nand no again")
        : throw new NotSupportedException(targetMethod.Name);
}
