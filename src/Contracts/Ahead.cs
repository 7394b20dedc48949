namespace Kritis.Events.Contracts;

/// <summary>
/// A value that another core works out while a service goes on starting; who asks for it earlier waits. A start is otherwise the work of one thread:
/// the benchmark <c>services-start</c> watches it. What works the value out must not wait for anything that the start makes meanwhile.
/// </summary>
public sealed class Ahead<T>
{
    private readonly Lazy<T> _value;

    /// <summary>Begins at once.</summary>
    public Ahead(Func<T> make)
    {
        _value = new Lazy<T>(make);
        _ = ThreadPool.UnsafeQueueUserWorkItem(static ahead => ahead.Begin(), this, preferLocal: false);
    }

    /// <summary>The value.</summary>
    /// <exception cref="Exception">What kept it from being worked out, each time it is asked for.</exception>
    public T Value => _value.Value;

    private void Begin()
    {
        try
        {
            _ = Value;
        }
#pragma warning disable CA1031 // Kept, and thrown where the value is asked for.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }
}
