using System.Text;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Signer.Registry;

namespace Kritis.Events.Signer.Tests.Restoring;

/// <summary>A layer as somebody attached it, whoever that was.</summary>
/// <param name="MediaType">What it says it is.</param>
/// <param name="Payload">The bytes that it names.</param>
/// <param name="Signature">The signature's text.</param>
/// <param name="KeyFingerprint">The key that it names, or null.</param>
internal sealed record WrittenLayer(string MediaType, byte[] Payload, string? Signature, string? KeyFingerprint = null)
{
    /// <summary>A manifest of such layers.</summary>
    public static byte[] Manifest(params WrittenLayer[] layers) => Encoding.UTF8.GetBytes(
        $$$"""{"schemaVersion":2,"mediaType":"{{{MediaTypes.OciManifest}}}","config":{"mediaType":"{{{MediaTypes.OciConfig}}}","size":2,"digest":"{{{Digest.Of("{}"u8)}}}"},"layers":[{{{string.Join(',', layers.Select(layer => layer.Json()))}}}]}""");

    private string Json()
    {
        var annotations = new List<string>();
        if (Signature is not null)
        {
            annotations.Add($"\"{SignatureManifest.SignatureAnnotation}\":\"{Signature}\"");
        }

        if (KeyFingerprint is not null)
        {
            annotations.Add($"\"{SignatureManifest.KeyAnnotation}\":\"{KeyFingerprint}\"");
        }

        return $$$"""{"mediaType":"{{{MediaType}}}","size":{{{Payload.Length}}},"digest":"{{{Digest.Of(Payload)}}}","annotations":{{{{string.Join(',', annotations)}}}}}""";
    }
}
