using System.Collections.Concurrent;
using System.Reflection;
using MassTransit;

namespace Kritis.Events.Verifier.Tests.Testing;

/// <summary>A bus that keeps what is published, while its broker is there.</summary>
internal class RecordingBus : DispatchProxy
{
    private readonly ConcurrentQueue<object> _messages = new();

    public bool IsAway { get; set; }

    public IBus Bus => (IBus)(object)this;

    public IReadOnlyList<T> Of<T>() => [.. _messages.OfType<T>()];

    public static RecordingBus Create() => (RecordingBus)(object)Create<IBus, RecordingBus>();

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        if (targetMethod!.Name != nameof(IBus.Publish))
        {
            throw new NotSupportedException(targetMethod.Name);
        }

        if (IsAway)
        {
            throw new InvalidOperationException("the broker is away");
        }

        _messages.Enqueue(args![0]!);
        return Task.CompletedTask;
    }
}
