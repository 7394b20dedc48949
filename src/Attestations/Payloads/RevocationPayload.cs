using System.Text;
using System.Text.Json;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Attestations.Payloads;

/// <summary>
/// The signed bytes that take an attestation back. The shape is that of <see cref="SimpleSigningPayload"/> with another
/// <c>type</c>, so that neither can ever be taken for the other.
/// </summary>
public static class RevocationPayload
{
    /// <summary>The longest payload that is looked at, in bytes.</summary>
    public const int MostBytes = 4096;

    /// <summary>The longest reason, in characters.</summary>
    public const int MostReasonCharacters = 400;

    internal const string Type = "kritis.events image revocation";

    /// <summary>The bytes that <paramref name="witness"/> signs to take back what it said of <paramref name="image"/>.</summary>
    /// <exception cref="ArgumentException">The witness's name or the reason is none that a verifier would read: a revocation that is signed must count.</exception>
    public static byte[] Create(Image image, string witness, string reason)
    {
        ArgumentNullException.ThrowIfNull(image);
        WitnessName.ThrowIfInvalid(witness);
        ArgumentNullException.ThrowIfNull(reason);
        if (reason.Length > MostReasonCharacters)
        {
            throw new ArgumentException($"the reason has {reason.Length} characters, more than {MostReasonCharacters}", nameof(reason));
        }

        return Encoding.UTF8.GetBytes(
            $$$"""{"critical":{"identity":{"docker-reference":"{{{image.Name}}}"},"image":{"docker-manifest-digest":"{{{image.Digest}}}"},"type":"{{{Type}}}"},"optional":{"reason":"{{{JsonEncodedText.Encode(reason)}}}","witness":"{{{witness}}}"}}""");
    }

    /// <summary>Reads signed bytes, which must be exactly what <see cref="Create"/> writes.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, out PayloadClaim? claim, out string? reason, out string? problem)
    {
        (claim, reason, problem) = (null, null, "the payload is not a revocation in its one canonical form");
        if (payload.Length > MostBytes
            || !PayloadStrings.TryRead(payload, out var strings)
            || !strings.TryGetValue("critical.identity.docker-reference", out var name)
            || !strings.TryGetValue("critical.image.docker-manifest-digest", out var digest)
            || !strings.TryGetValue("optional.witness", out var witness)
            || !strings.TryGetValue("optional.reason", out var told)
            || told.Length > MostReasonCharacters
            || !WitnessName.IsValid(witness)
            || !Image.TryParse($"{name}@{digest}", out var image, out _)
            || !payload.SequenceEqual(Create(image, witness, told)))
        {
            return false;
        }

        (claim, reason, problem) = (new PayloadClaim(image, witness), told, null);
        return true;
    }
}
