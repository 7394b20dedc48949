using System.Text.Json;
using Kritis.Events.Attestations.Keys;
using Kritis.Events.Attestations.Payloads;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Signer.Registry;

namespace Kritis.Events.Cli.Verify;

/// <summary>
/// Looks for a witness's signature among what is attached to an image in cosign's format. The signed bytes are read and compared, and then the signature is
/// checked; what stands unsigned beside them counts for nothing.
/// </summary>
internal sealed class AttachmentCheck(SignatureRepository signatures, BlobReader blobs)
{
    /// <summary>What is attached, layer by layer.</summary>
    /// <param name="registry">Where the image is pulled from.</param>
    /// <param name="wanted">What has to be signed, and by whom.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="RegistryException">The registry cannot be asked.</exception>
    public async Task<AttachmentReport> LookAsync(ConfiguredRegistry registry, WantedSignature wanted, CancellationToken cancellationToken)
    {
        var tag = $"{registry.Host}/{wanted.Image.Repository}:{AttachmentTag.Signatures.Of(wanted.Image)}";
        BoundedAnswer? answer;
        try
        {
            answer = await signatures.GetAsync(registry, wanted.Image, AttachmentTag.Signatures, cancellationToken);
        }
        catch (RegistryException hostile) when (hostile.Code == RegistryException.AnswerTooLarge)
        {
            return new AttachmentReport(tag, [], hostile.Message);
        }

        if (answer is null)
        {
            return new AttachmentReport(tag, [], $"nothing is attached: the registry holds no {tag}");
        }

        try
        {
            var verdicts = new List<LayerVerdict>();
            foreach (var layer in SignatureManifest.Read(answer.Body).Layers)
            {
                verdicts.Add(await LookAsync(registry, wanted, layer, cancellationToken));
            }

            return new AttachmentReport(tag, verdicts, verdicts.Count == 0 ? $"{tag} holds no signature" : null);
        }
        catch (JsonException unreadable)
        {
            return new AttachmentReport(tag, [], $"{tag} is no signature manifest: {Excerpt.Of(unreadable.Message)}");
        }
    }

    private async Task<LayerVerdict> LookAsync(ConfiguredRegistry registry, WantedSignature wanted, AttachedLayer layer, CancellationToken cancellationToken)
    {
        if (layer.MediaType != MediaTypes.SimpleSigning)
        {
            return LayerVerdict.Fails($"it is of type '{Excerpt.Of(layer.MediaType)}', not a signature");
        }

        if (layer.SignatureBytes() is not { } signature)
        {
            return LayerVerdict.Fails($"it carries no signature in Base64 as {SignatureManifest.SignatureAnnotation}");
        }

        if (!Digest.TryParse(layer.Digest, out var digest))
        {
            return LayerVerdict.Fails("it names no payload by a digest");
        }

        try
        {
            return Judge(wanted, layer, (await blobs.ReadAsync(registry, wanted.Image.Repository, digest, cancellationToken)).Span, signature);
        }
        catch (RegistryException failure)
        {
            return LayerVerdict.Fails(failure.Message) with { IsOpen = !IsFinal(failure) };
        }
    }

    private static LayerVerdict Judge(WantedSignature wanted, AttachedLayer layer, ReadOnlySpan<byte> payload, byte[] signature)
    {
        if (!SimpleSigningPayload.TryRead(payload, out var claim, out var problem))
        {
            return LayerVerdict.Fails(problem!);
        }

        if (claim!.Image != wanted.Image)
        {
            return LayerVerdict.Fails($"it is about another image: {claim.Image}");
        }

        if (wanted.Witness is { } witness && claim.Witness != witness)
        {
            return LayerVerdict.Fails($"it speaks for witness '{claim.Witness}', not for '{Excerpt.Of(witness)}'");
        }

        return wanted.Key.Verify(payload, signature)
            ? new LayerVerdict { Witness = claim.Witness }
            : LayerVerdict.Fails($"it speaks for witness '{claim.Witness}', but the signature is not that of the key{Hint(wanted, layer)}");
    }

    private static string Hint(WantedSignature wanted, AttachedLayer layer) =>
        Digest.TryParse(layer.KeyFingerprint, out var told) && told != wanted.Key.Fingerprint ? $"; {told} is said to have made it" : "";

    /// <summary>Whether asking again would change nothing, because the registry gave an answer and it is no payload.</summary>
    private static bool IsFinal(RegistryException failure) =>
        failure.Code is RegistryException.NotInRegistry or RegistryException.AnotherDigest or RegistryException.AnswerTooLarge;
}

/// <summary>The signature that is looked for.</summary>
/// <param name="Image">What must be signed, under the name that is signed.</param>
/// <param name="Key">The key that must have signed it.</param>
/// <param name="Witness">The witness that must be named; null for whoever the key is.</param>
internal sealed record WantedSignature(Image Image, PublicKey Key, string? Witness);

/// <summary>What was found.</summary>
/// <param name="Tag">Where.</param>
/// <param name="Layers">What is attached, in its order.</param>
/// <param name="Problem">Why there is nothing to look at; null where there is.</param>
internal sealed record AttachmentReport(string Tag, IReadOnlyList<LayerVerdict> Layers, string? Problem)
{
    public bool IsVerified => Layers.Any(layer => layer.Witness is not null);

    /// <summary>Whether it is not known what some layer holds, so that nothing can be concluded from there being no signature.</summary>
    public bool IsOpen => !IsVerified && Layers.Any(layer => layer.IsOpen);
}

/// <summary>Whether a layer is the signature that is looked for.</summary>
internal sealed record LayerVerdict
{
    /// <summary>The witness that the signed payload names; null where the layer does not count.</summary>
    public string? Witness { get; init; }

    /// <summary>Why it does not count, as a sentence's rest.</summary>
    public string Problem { get; init; } = "";

    /// <summary>Whether its payload could not be had, so that it may count all the same.</summary>
    public bool IsOpen { get; init; }

    public static LayerVerdict Fails(string problem) => new() { Problem = problem };
}
