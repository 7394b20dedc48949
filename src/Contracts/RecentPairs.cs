namespace Kritis.Events.Contracts;

/// <summary>
/// What was asked for last, in a fixed number of pairs of places, each for the last two that fell there: bounded whoever fills it. Safe to use from several threads;
/// a race costs no more than a place.
/// </summary>
/// <param name="pairs">How many pairs, a power of two.</param>
public sealed class RecentPairs<T>(int pairs)
    where T : class
{
    private readonly T?[] _places = new T?[2 * pairs];

    /// <summary>The one of a key, or null.</summary>
    /// <param name="hash">The key's hash, whose lowest bits say where it falls.</param>
    /// <param name="key">The key.</param>
    /// <param name="isOf">Whether what is found there is the key's.</param>
    public T? Find<TKey>(int hash, TKey key, Func<T, TKey, bool> isOf)
        where TKey : allows ref struct
    {
        foreach (ref var place in PairOf(hash))
        {
            if (Volatile.Read(ref place) is { } found && isOf(found, key))
            {
                return found;
            }
        }

        return null;
    }

    /// <summary>Keeps one, in the place of the older of the two that fell there.</summary>
    public void Keep(int hash, T item)
    {
        var pair = PairOf(hash);
        Volatile.Write(ref pair[1], Volatile.Read(ref pair[0]));
        Volatile.Write(ref pair[0], item);
    }

    private Span<T?> PairOf(int hash) => _places.AsSpan(2 * (hash & (pairs - 1)), 2);
}
