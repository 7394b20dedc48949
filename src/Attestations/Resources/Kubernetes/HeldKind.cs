using Kritis.Events.Attestations.Kubernetes;
using Kritis.Events.Attestations.Resources.Yaml;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Attestations.Resources.Kubernetes;

/// <summary>
/// The objects of one kind, each held on its own: what was read of its newest version, and of the last valid one where the newest is not.
/// </summary>
internal sealed class HeldKind<T>(ClusterKind kind, string name, Func<CustomDocument, ProblemList, T?> read) : IHeldKind
    where T : class
{
    private Dictionary<(string? Namespace, string Name), HeldObject<T>> _objects = [];

    public ClusterKind Kind => kind;

    /// <summary>The kind's name, for messages.</summary>
    public string Name => name;

    public bool IsKnown { get; private set; }

    /// <summary>The objects, the oldest first; where several claim one thing, the first has it.</summary>
    public IEnumerable<HeldObject<T>> Oldest => _objects.Values
        .OrderBy(held => held.Document.Metadata.CreationTimestamp ?? DateTime.MaxValue)
        .ThenBy(held => held.Name, StringComparer.Ordinal)
        .ThenBy(held => held.Namespace, StringComparer.Ordinal);

    public void MarkAbsent() => IsKnown = true;

    public bool Apply(ClusterChange<CustomDocument> change)
    {
        switch (change)
        {
            case ClusterChange<CustomDocument>.Listed listed:
                return TakeAll(listed.Objects);
            case ClusterChange<CustomDocument>.Set set:
                return Take(_objects, set.Object);
            case ClusterChange<CustomDocument>.Removed removed:
                return _objects.Remove(KeyOf(removed.Object));
            default:
                return false;
        }
    }

    private bool TakeAll(IReadOnlyList<CustomDocument> documents)
    {
        var listed = documents.Select(KeyOf).ToHashSet();
        var next = _objects.Where(held => listed.Contains(held.Key)).ToDictionary();
        var changed = !IsKnown || next.Count < _objects.Count;
        foreach (var document in documents)
        {
            changed |= Take(next, document);
        }

        (_objects, IsKnown) = (next, true);
        return changed;
    }

    private bool Take(Dictionary<(string? Namespace, string Name), HeldObject<T>> objects, CustomDocument document)
    {
        var before = objects.GetValueOrDefault(KeyOf(document));
        if (before is not null && SaysTheSame(before.Document, document))
        {
            objects[KeyOf(document)] = before with { Document = document };
            return false;
        }

        // An object that was deleted and made anew has no past.
        var isSame = before?.Document.Metadata.Uid == document.Metadata.Uid;
        var (valid, problem) = Read(document);
        objects[KeyOf(document)] = new HeldObject<T>(document, valid, valid is null && isSame ? before?.InForce : null, problem);
        return true;
    }

    private (T? Valid, string? Problem) Read(CustomDocument document)
    {
        var problems = new ProblemList();
        try
        {
            var valid = read(document, problems);
            return problems.Count == 0 && valid is not null ? (valid, null) : (null, string.Join("; ", problems.All.Select(problem => problem.Message)));
        }
#pragma warning disable CA1031 // One object that trips a reader up must not hide the others.
        catch (Exception defect)
#pragma warning restore CA1031
        {
            return (null, $"{name} '{Excerpt.Of(document.Metadata.Name)}' cannot be read: {Excerpt.Of(defect.Message)}");
        }
    }

    private static bool SaysTheSame(CustomDocument before, CustomDocument now) =>
        before.Metadata.Uid == now.Metadata.Uid
        && (before.Metadata.ResourceVersion == now.Metadata.ResourceVersion
            || (now.Metadata.Generation is { } generation && before.Metadata.Generation == generation && SameAnnotations(before, now)));

    private static bool SameAnnotations(CustomDocument before, CustomDocument now) =>
        before.Metadata.Annotations.Count == now.Metadata.Annotations.Count && !before.Metadata.Annotations.Except(now.Metadata.Annotations).Any();

    private static (string? Namespace, string Name) KeyOf(CustomDocument document) => (document.Metadata.NamespaceProperty, document.Metadata.Name ?? "");
}
