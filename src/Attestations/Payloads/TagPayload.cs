using System.Text;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Attestations.Payloads;

/// <summary>
/// The signed bytes that say which image a tag stands for. The shape is that of <see cref="SimpleSigningPayload"/> with another
/// <c>type</c> and the tag, so that none of the three payloads can ever be taken for another.
/// </summary>
public static class TagPayload
{
    /// <summary>The longest payload that is looked at, in bytes. A name has at most 255 characters, a tag 128, a witness 253.</summary>
    public const int MostBytes = 1024;

    internal const string Type = "kritis.events image tag";

    /// <summary>The bytes that <paramref name="witness"/> signs to say that <paramref name="tag"/> stands for <paramref name="image"/>.</summary>
    /// <exception cref="ArgumentException">The tag or the witness's name is none that a verifier would read.</exception>
    public static byte[] Create(Image image, string tag, string witness)
    {
        ArgumentNullException.ThrowIfNull(image);
        WitnessName.ThrowIfInvalid(witness);
        if (!ImageReference.IsTag(tag))
        {
            throw new ArgumentException($"'{Excerpt.Of(tag)}' is not a tag", nameof(tag));
        }

        return Encoding.UTF8.GetBytes(
            $$$"""{"critical":{"identity":{"docker-reference":"{{{image.Name}}}"},"image":{"docker-manifest-digest":"{{{image.Digest}}}"},"type":"{{{Type}}}"},"optional":{"tag":"{{{tag}}}","witness":"{{{witness}}}"}}""");
    }

    /// <summary>Reads signed bytes, which must be exactly what <see cref="Create"/> writes.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, out PayloadClaim? claim, out string? tag, out string? problem)
    {
        (claim, tag, problem) = (null, null, "the payload is not the claim of a tag in its one canonical form");
        if (payload.Length > MostBytes
            || !PayloadStrings.TryRead(payload, out var strings)
            || !strings.TryGetValue("critical.identity.docker-reference", out var name)
            || !strings.TryGetValue("critical.image.docker-manifest-digest", out var digest)
            || !strings.TryGetValue("optional.witness", out var witness)
            || !strings.TryGetValue("optional.tag", out var claimed)
            || !ImageReference.IsTag(claimed)
            || !WitnessName.IsValid(witness)
            || !Image.TryParse($"{name}@{digest}", out var image, out _)
            || !payload.SequenceEqual(Create(image, claimed, witness)))
        {
            return false;
        }

        (claim, tag, problem) = (new PayloadClaim(image, witness), claimed, null);
        return true;
    }
}
