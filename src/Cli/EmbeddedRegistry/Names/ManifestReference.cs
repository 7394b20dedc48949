using System.Diagnostics.CodeAnalysis;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Cli.EmbeddedRegistry.Names;

/// <summary>What stands behind <c>/manifests/</c>: either a tag or a digest.</summary>
internal sealed record ManifestReference(Tag? Tag, Digest? Digest)
{
    public static bool TryParse(string text, [NotNullWhen(true)] out ManifestReference? reference)
    {
        reference = null;
        if (Contracts.Images.Digest.TryParse(text, out var digest))
        {
            reference = new ManifestReference(null, digest);
        }
        else if (Names.Tag.TryParse(text, out var tag))
        {
            reference = new ManifestReference(tag, null);
        }

        return reference is not null;
    }
}
