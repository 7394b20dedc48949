namespace Kritis.Events.Verifier.Events;

/// <summary>
/// What was told of late and what waits to be told. The same notice within ten minutes is the same Event happening once more; while it waits it is counted
/// and takes no second place. Bounded: where too much waits the oldest is dropped.
/// </summary>
internal sealed class EventLedger(EventLimits limits, TimeProvider time, Action dropped)
{
    private static readonly TimeSpan Same = TimeSpan.FromMinutes(10);
    private readonly Lock _changing = new();
    private readonly Dictionary<EventNotice, LinkedListNode<Entry>> _known = [];
    private readonly LinkedList<Entry> _byAge = [];
    private readonly Queue<Entry> _waiting = new();

    public bool HasWaiting
    {
        get
        {
            lock (_changing)
            {
                return _waiting.Count > 0;
            }
        }
    }

    /// <summary>How many notices are remembered.</summary>
    public int Known
    {
        get
        {
            lock (_changing)
            {
                return _known.Count;
            }
        }
    }

    /// <summary>Takes a notice in; it waits from now on.</summary>
    public void Take(EventNotice notice)
    {
        lock (_changing)
        {
            var entry = Again(notice) ?? Remember(notice);
            entry.Count++;
            entry.Last = time.GetUtcNow();
            Wait(entry);
        }
    }

    /// <summary>The one that has waited longest, as it stands now.</summary>
    public bool TryNext(out ToldEvent next)
    {
        lock (_changing)
        {
            var isThere = _waiting.TryDequeue(out var entry);
            if (isThere)
            {
                entry!.IsWaiting = false;
            }

            next = isThere ? new ToldEvent(entry!.Notice, entry.Name, entry.Count, entry.First, entry.Last, entry.IsWritten) { ForbiddenSince = entry.ForbiddenSince } : default!;
            return isThere;
        }
    }

    /// <summary>The cluster holds it now.</summary>
    public void Written(ToldEvent told)
    {
        lock (_changing)
        {
            if (Find(told) is { } entry)
            {
                (entry.IsWritten, entry.ForbiddenSince) = (true, null);
            }
        }
    }

    /// <summary>It could not be told now and waits again.</summary>
    /// <param name="told">What could not be told.</param>
    /// <param name="forbiddenSince">Since when the API server has been saying that it is forbidden; null where it said something else, or nothing.</param>
    public void Return(ToldEvent told, DateTimeOffset? forbiddenSince)
    {
        lock (_changing)
        {
            if (Find(told) is { } entry)
            {
                entry.ForbiddenSince = forbiddenSince;
                Wait(entry);
            }
            else
            {
                dropped();
            }
        }
    }

    /// <summary>It will never be told; the same again is news.</summary>
    public void Forget(ToldEvent told)
    {
        lock (_changing)
        {
            if (Find(told) is { } entry)
            {
                Forget(entry);
            }
        }
    }

    private Entry? Find(ToldEvent told) => _known.TryGetValue(told.Notice, out var node) && node.Value.Name == told.Name ? node.Value : null;

    private Entry? Again(EventNotice notice)
    {
        if (!_known.TryGetValue(notice, out var node))
        {
            return null;
        }

        if (time.GetUtcNow() - node.Value.Last > Same && !node.Value.IsWaiting)
        {
            Forget(node.Value);
            return null;
        }

        _byAge.Remove(node);
        _byAge.AddLast(node);
        return node.Value;
    }

    private Entry Remember(EventNotice notice)
    {
        if (_known.Count >= limits.MostKnown)
        {
            Forget(_byAge.First!.Value);
        }

        var now = time.GetUtcNow();
        var entry = new Entry { Notice = notice, Name = $"kritis.{Guid.CreateVersion7(now):n}", First = now };
        _known[notice] = _byAge.AddLast(entry);
        return entry;
    }

    private void Wait(Entry entry)
    {
        if (entry.IsWaiting)
        {
            return;
        }

        entry.IsWaiting = true;
        _waiting.Enqueue(entry);
        if (_waiting.Count > limits.MostWaiting)
        {
            Drop(_waiting.Dequeue());
        }
    }

    /// <summary>One that the cluster holds loses nothing but its last count, which the next one tells.</summary>
    private void Drop(Entry oldest)
    {
        oldest.IsWaiting = false;
        if (!oldest.IsWritten)
        {
            Forget(oldest);
            dropped();
        }
    }

    private void Forget(Entry entry)
    {
        if (_known.TryGetValue(entry.Notice, out var node) && ReferenceEquals(node.Value, entry))
        {
            _ = _known.Remove(entry.Notice);
            _byAge.Remove(node);
        }
    }

    private sealed class Entry
    {
        public required EventNotice Notice { get; init; }

        public required string Name { get; init; }

        public required DateTimeOffset First { get; init; }

        public DateTimeOffset Last { get; set; }

        public int Count { get; set; }

        public DateTimeOffset? ForbiddenSince { get; set; }

        public bool IsWritten { get; set; }

        public bool IsWaiting { get; set; }
    }
}

/// <summary>An Event at one moment.</summary>
/// <param name="Notice">What it tells.</param>
/// <param name="Name">Its name in the cluster.</param>
/// <param name="Count">How often it happened.</param>
/// <param name="First">When it happened first.</param>
/// <param name="Last">When it happened last.</param>
/// <param name="IsWritten">Whether the cluster holds it already.</param>
internal sealed record ToldEvent(EventNotice Notice, string Name, int Count, DateTimeOffset First, DateTimeOffset Last, bool IsWritten)
{
    /// <summary>Since when the API server has been saying that it is forbidden; null where its last answer was another, or none.</summary>
    public DateTimeOffset? ForbiddenSince { get; init; }
}
