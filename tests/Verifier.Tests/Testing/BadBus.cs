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

/// <summary>A bus whose broker takes nothing until a test says so.</summary>
internal class GatedBus : DispatchProxy
{
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _begun;
    private int _published;

    public int Begun => Volatile.Read(ref _begun);

    public int Published => Volatile.Read(ref _published);

    public static GatedBus Create() => (GatedBus)(object)Create<IBus, GatedBus>();

    public void Replace(IServiceCollection services) => services.AddSingleton((IBus)(object)this);

    public void Open() => _gate.SetResult();

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        targetMethod!.Name == nameof(IBus.Publish) ? PublishAsync() : throw new NotSupportedException(targetMethod.Name);

    private async Task PublishAsync()
    {
        _ = Interlocked.Increment(ref _begun);
        await _gate.Task;
        _ = Interlocked.Increment(ref _published);
    }
}
