using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace Kritis.Events.Signer.Intake;

/// <summary>
/// Tells images from what is pushed beside them. Media types: OCI image specification 1.1; Docker image manifest version 2, schema 2;
/// the artifacts' own specifications (cosign, sigstore bundle, DSSE, in-toto, Notary, SPDX, CycloneDX, Syft).
/// </summary>
internal static partial class ManifestKind
{
    private static readonly FrozenSet<string> Images = FrozenSet.ToFrozenSet(
        [
            "application/vnd.oci.image.manifest.v1+json",
            "application/vnd.oci.image.index.v1+json",
            "application/vnd.docker.distribution.manifest.v2+json",
            "application/vnd.docker.distribution.manifest.list.v2+json",
        ],
        StringComparer.Ordinal);

    private static readonly string[] SupplyChain =
    [
        "application/vnd.dev.cosign.",
        "application/vnd.dev.sigstore.",
        "application/vnd.dsse.",
        "application/vnd.in-toto",
        "application/vnd.cncf.notary.",
        "application/vnd.kritis.",
        "application/vnd.cyclonedx",
        "application/vnd.syft",
        "application/spdx",
        "text/spdx",
    ];

    /// <summary>Whether a manifest of this media type can be an image.</summary>
    public static bool CanBeImage(string mediaType) => Images.Contains(mediaType);

    /// <summary>Whether a layer or config of this media type shows that its manifest is a signature, an attestation or an SBOM.</summary>
    public static bool IsSupplyChain(string mediaType) =>
        SupplyChain.Any(prefix => mediaType.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));

    /// <summary>
    /// Whether signatures and the like are found under this tag: <c>sha256-HEX</c> (OCI referrers fallback), or cosign's with
    /// <c>.sig</c>, <c>.att</c> or <c>.sbom</c> behind it, or this project's <c>.revoked</c>.
    /// </summary>
    public static bool IsSupplyChainTag(string tag) => SupplyChainTag().IsMatch(tag);

    [GeneratedRegex(@"\Asha256-[0-9a-f]{64}(?:\.(?:sig|att|sbom|revoked))?\z", RegexOptions.CultureInvariant)]
    private static partial Regex SupplyChainTag();
}
