using Kritis.Events.Attestations.Keys;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Attestations.Resources;

/// <summary>
/// Keys that more than one witness of a policy has. What asks for the word of several is then content with one key. It stays in force, because whoever
/// runs it so deploys with it, and is told.
/// </summary>
internal static class SharedKeys
{
    /// <summary>Which witnesses of a policy that asks for more than one have a key in common, as a clause; null where none have.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="find">The witness that the policy means by a name, or null.</param>
    public static string? In(SecurityPolicy policy, Func<string, Witness?> find)
    {
        if (policy.AtLeast < 2)
        {
            return null;
        }

        var owners = new Dictionary<Digest, string>();
        foreach (var witness in policy.Witnesses.Distinct(StringComparer.Ordinal).Select(find).OfType<Witness>())
        {
            // A revoked key vouches for nobody.
            foreach (var key in witness.Keys.Where(key => key.State != KeyState.Revoked))
            {
                var owner = owners.GetValueOrDefault(key.PublicKey.Fingerprint);
                if (owner is not null && owner != witness.Name)
                {
                    return $"the witnesses '{Excerpt.Of(owner)}' and '{Excerpt.Of(witness.Name)}' have the key {key.PublicKey.Fingerprint} in common, so that it alone vouches for both; give each a key of its own";
                }

                owners[key.PublicKey.Fingerprint] = witness.Name;
            }
        }

        return null;
    }
}
