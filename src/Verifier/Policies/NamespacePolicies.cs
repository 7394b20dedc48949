namespace Kritis.Events.Verifier.Policies;

/// <summary>The policies that select a namespace; all of them must hold.</summary>
internal sealed class NamespacePolicies(CompiledPolicy[] policies)
{
    private Selected? _selected;

    public CompiledPolicy[] Policies => policies;

    /// <summary>Their names, in their order.</summary>
    public string[] Names { get; } = Array.ConvertAll(policies, policy => policy.Name);

    /// <summary>Whether the namespace's labels decide which of them select it.</summary>
    public bool AskForLabels { get; } = Array.Exists(policies, policy => policy.SelectsByLabels);

    /// <summary>Those that select a namespace with these labels, or where they are not known every one; the same object for as long as the labels are the same.</summary>
    public NamespacePolicies With(IReadOnlyDictionary<string, string>? labels)
    {
        if (!AskForLabels || labels is null)
        {
            return this;
        }

        if (Volatile.Read(ref _selected) is { } known && ReferenceEquals(known.Labels, labels))
        {
            return known.Policies;
        }

        var selected = new NamespacePolicies(Array.FindAll(policies, policy => policy.SelectsLabels(labels)));
        Volatile.Write(ref _selected, new Selected(labels, selected));
        return selected;
    }

    private sealed record Selected(IReadOnlyDictionary<string, string> Labels, NamespacePolicies Policies);
}
