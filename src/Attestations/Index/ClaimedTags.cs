using System.Collections.Concurrent;

namespace Kritis.Events.Attestations.Index;

/// <summary>What witnesses have said of tags. A claim is held once and never forgotten: a tag that was moved is not to look as if it had not been.</summary>
internal sealed class ClaimedTags
{
    private readonly ConcurrentDictionary<TagName, TagClaim[]> _claims = new();
    private long _count;

    public long Count => Interlocked.Read(ref _count);

    public IReadOnlyList<TagClaim> Find(TagName tag) => _claims.GetValueOrDefault(tag, []);

    public void Clear()
    {
        _claims.Clear();
        _ = Interlocked.Exchange(ref _count, 0);
    }

    /// <returns>Whether it is new.</returns>
    public bool Add(TagName tag, TagClaim claim)
    {
        while (true)
        {
            var before = _claims.GetOrAdd(tag, []);
            if (before.Contains(claim))
            {
                return false;
            }

            // The arrays are never changed, so that readers need no lock, and are told apart by being another one.
            if (_claims.TryUpdate(tag, [.. before, claim], before))
            {
                _ = Interlocked.Increment(ref _count);
                return true;
            }
        }
    }
}

/// <summary>A tag with its repository: upper and lower case apart.</summary>
internal readonly record struct TagName(string Registry, string Repository, string Tag);
