using Kritis.Events.Cli.EmbeddedRegistry.Names;
using Kritis.Events.Cli.EmbeddedRegistry.Routing;
using Kritis.Events.Cli.EmbeddedRegistry.Storage;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Cli.EmbeddedRegistry.Manifests;

/// <summary>The answer to <c>referrers</c>: an index that lies nowhere.</summary>
internal sealed record ReferrersIndex(int SchemaVersion, string MediaType, IReadOnlyList<Descriptor> Manifests);

/// <summary><c>/v2/NAME/referrers/DIGEST</c> (OCI distribution specification, "Listing referrers").</summary>
internal sealed class ReferrersEndpoint(ReferrerStore referrers, ManifestStore manifests)
{
    public IResult Get(HttpContext context, RepositoryName repository, string digestText)
    {
        if (!Digest.TryParse(digestText, out var subject))
        {
            return RegistryError.DigestInvalid(digestText);
        }

        if (PageRequest.Read(context.Request, out var page) is { } error)
        {
            return error;
        }

        var found = page.Of(referrers.List(repository, subject), context)
            .Select(hex => referrers.Read(repository, subject, hex))
            .OfType<Descriptor>()
            .Where(referrer => manifests.Has(repository, referrer.Digest));
        var type = context.Request.Query["artifactType"].ToString();
        if (type.Length > 0)
        {
            found = found.Where(referrer => referrer.ArtifactType == type);
            context.Response.Headers[RegistryHeaders.FiltersApplied] = "artifactType";
        }

        return TypedResults.Json(
            new ReferrersIndex(2, ManifestMediaTypes.OciIndex, [.. found]), RegistryJson.Readable.ReferrersIndex, ManifestMediaTypes.OciIndex);
    }
}
