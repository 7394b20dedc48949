namespace Kritis.Events.Attestations.Resources;

/// <summary>Labels that something must have, with the meaning of Kubernetes' <c>LabelSelector</c>; every requirement must hold.</summary>
/// <param name="Requirements">The requirements; an empty list holds for everything.</param>
public sealed record LabelSelector(IReadOnlyList<LabelRequirement> Requirements)
{
    /// <summary>Whether <paramref name="labels"/> fulfil every requirement.</summary>
    public bool Matches(IReadOnlyDictionary<string, string> labels) => Requirements.All(requirement => requirement.Holds(labels));
}

/// <summary>One requirement on one label.</summary>
/// <param name="Key">The label's key.</param>
/// <param name="Operator">How it is held against the values.</param>
/// <param name="Values">The values; at least one for <see cref="LabelOperator.In"/> and <see cref="LabelOperator.NotIn"/>, none otherwise.</param>
public sealed record LabelRequirement(string Key, LabelOperator Operator, IReadOnlyList<string> Values)
{
    internal bool Holds(IReadOnlyDictionary<string, string> labels)
    {
        var value = labels.GetValueOrDefault(Key);
        return Operator switch
        {
            LabelOperator.In => value is not null && Values.Contains(value),
            LabelOperator.NotIn => value is null || !Values.Contains(value),
            LabelOperator.Exists => value is not null,
            _ => value is null,
        };
    }
}

/// <summary>How a label is held against values (Kubernetes API, <c>LabelSelectorRequirement</c>).</summary>
public enum LabelOperator
{
    /// <summary>The label is there and has one of the values.</summary>
    In,

    /// <summary>The label is not there, or has none of the values.</summary>
    NotIn,

    /// <summary>The label is there.</summary>
    Exists,

    /// <summary>The label is not there.</summary>
    DoesNotExist,
}
