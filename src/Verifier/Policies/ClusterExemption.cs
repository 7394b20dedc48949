using Kritis.Events.Attestations.Resources;

namespace Kritis.Events.Verifier.Policies;

/// <summary>An exemption from every policy, its pattern read.</summary>
internal sealed class ClusterExemption(Exemption exemption)
{
    private readonly ExemptPattern _pattern = ExemptPattern.Parse(exemption.Pattern);

    public string Source => exemption.Source;

    public string Pattern => _pattern.Text;

    public bool Holds(string ns, string reference) =>
        (exemption.Namespace is not { } only || only == ns) && _pattern.IsMatch(reference);
}
