using Kritis.Events.Attestations.Keys;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Attestations.Index;

/// <summary>
/// The digest a tag stands for, by the word of a policy's witnesses as their keys are trusted now. It says nothing of the digest itself: that one
/// must be attested like any other, and where it is revoked the tag stands for it all the same, never for another one instead.
/// </summary>
public sealed record TagResolution
{
    private TagResolution()
    {
    }

    /// <summary>The digest; null where the tag stands for none.</summary>
    public Digest? Digest { get; private init; }

    /// <summary>The witnesses whose word it is, in the order of the policy; empty where the tag stands for no digest.</summary>
    public IReadOnlyList<string> Witnesses { get; private init; } = [];

    /// <summary>Why the tag stands for no digest, as a clause; null where it stands for one.</summary>
    public string? Problem { get; private init; }

    /// <summary>Resolves a tag.</summary>
    /// <param name="claims">All that is signed about the tag, from <see cref="AttestationIndex.FindTag"/>.</param>
    /// <param name="witnesses">The witnesses of the policy, with the states their keys have now.</param>
    public static TagResolution Of(IReadOnlyList<TagClaim> claims, IReadOnlyCollection<Witness> witnesses)
    {
        ArgumentNullException.ThrowIfNull(claims);
        ArgumentNullException.ThrowIfNull(witnesses);
        var counting = claims.Where(claim => witnesses.Any(witness => Vouches(witness, claim))).ToList();
        var digests = counting.Select(claim => claim.Digest).Distinct().ToList();
        return digests.Count switch
        {
            0 => new TagResolution { Problem = "no witness has signed for this tag" },
            1 => new TagResolution
            {
                Digest = digests[0],
                Witnesses = [.. witnesses.Where(witness => counting.Exists(claim => claim.Witness == witness.Name)).Select(witness => witness.Name)],
            },
            _ => new TagResolution { Problem = $"the tag was moved: witnesses have signed it for {digests.Count} digests; name the digest instead" },
        };
    }

    private static bool Vouches(Witness witness, TagClaim claim) =>
        witness.Name == claim.Witness && witness.StateOf(claim.KeyFingerprint) is KeyState.Active or KeyState.Retired;
}
