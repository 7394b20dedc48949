using Kritis.Events.Attestations.Resources;

namespace Kritis.Events.Signer.Rules;

/// <summary>What the rules say about one pushed image.</summary>
internal sealed record RuleMatch
{
    /// <summary>Nothing asks for a signature.</summary>
    public static RuleMatch None { get; } = new();

    /// <summary>The signatures to be made now, one a witness, in ordinal order of the witnesses' names.</summary>
    public IReadOnlyList<RequestedSignature> Automatic { get; init; } = [];

    /// <summary>The rules that match and wait for a person, in ordinal order of their names.</summary>
    public IReadOnlyList<SigningRule> Manual { get; init; } = [];
}
