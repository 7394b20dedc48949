using System.Text;
using System.Text.Unicode;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Attestations.Payloads;

/// <summary>
/// The signed bytes: simple-signing JSON (containers/image, "container signature", as cosign writes it) in UTF-8 with a fixed
/// member order, no white space and no time, so that the same image and witness always give the same bytes.
/// </summary>
public static class SimpleSigningPayload
{
    /// <summary>The longest payload that is looked at, in bytes. A name has at most 255 characters, a witness 253.</summary>
    public const int MostBytes = 1024;

    internal const string Type = "cosign container image signature";

    private const string BeforeName = "{\"critical\":{\"identity\":{\"docker-reference\":\"";
    private const string BeforeDigest = "\"},\"image\":{\"docker-manifest-digest\":\"";
    private const string BeforeWitness = "\"},\"type\":\"" + Type + "\"},\"optional\":{\"witness\":\"";
    private const string BehindWitness = "\"}}";

    /// <summary>The bytes that <paramref name="witness"/> signs to attest <paramref name="image"/>.</summary>
    /// <exception cref="ArgumentException">The witness's name is none that a verifier would read.</exception>
    public static byte[] Create(Image image, string witness)
    {
        ArgumentNullException.ThrowIfNull(image);
        WitnessName.ThrowIfInvalid(witness);
        return Encoding.UTF8.GetBytes($"{BeforeName}{image.Name}{BeforeDigest}{image.Digest}{BeforeWitness}{witness}{BehindWitness}");
    }

    /// <summary>Whether these are the bytes that <see cref="Create"/> writes, of an image that was read from text.</summary>
    internal static bool Is(ReadOnlySpan<byte> payload, Image image, string witness)
    {
        Span<byte> expected = stackalloc byte[MostBytes];
        return WitnessName.IsValid(witness)
            && Utf8.TryWrite(
                expected,
                $"{BeforeName}{image.Registry}/{image.Repository}{BeforeDigest}{image.Digest.ToString()}{BeforeWitness}{witness}{BehindWitness}",
                out var written)
            && payload.SequenceEqual(expected[..written]);
    }

    /// <summary>
    /// Reads signed bytes. They must be exactly what <see cref="Create"/> writes for the image and witness they name: any other order,
    /// member, escape, white space or a member that stands twice is refused, so that one meaning has one spelling.
    /// </summary>
    /// <param name="payload">The signed bytes.</param>
    /// <param name="claim">What they say, or null.</param>
    /// <param name="problem">Why they say nothing, or null.</param>
    /// <returns>Whether the payload could be read.</returns>
    public static bool TryRead(ReadOnlySpan<byte> payload, out PayloadClaim? claim, out string? problem)
    {
        claim = null;
        if (payload.Length > MostBytes)
        {
            problem = $"the payload has {payload.Length} bytes, more than {MostBytes}";
            return false;
        }

        if (!PayloadStrings.TryRead(payload, out var strings)
            || !strings.TryGetValue("critical.identity.docker-reference", out var name)
            || !strings.TryGetValue("critical.image.docker-manifest-digest", out var digest)
            || !strings.TryGetValue("optional.witness", out var witness))
        {
            problem = "the payload is not simple-signing JSON that names repository, digest and witness";
            return false;
        }

        if (!Image.TryParse($"{name}@{digest}", out var image, out var imageProblem))
        {
            problem = $"the payload names no image: {imageProblem}";
            return false;
        }

        if (!WitnessName.IsValid(witness) || !payload.SequenceEqual(Create(image, witness)))
        {
            problem = "the payload is not written in its one canonical form";
            return false;
        }

        (claim, problem) = (new PayloadClaim(image, witness), null);
        return true;
    }
}

/// <summary>What a payload says.</summary>
/// <param name="Image">The image that is attested.</param>
/// <param name="Witness">The witness that attests it.</param>
public sealed record PayloadClaim(Image Image, string Witness);
