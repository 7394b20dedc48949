using System.Text;
using Kritis.Events.Cli.Manifests;
using Kritis.Events.Contracts;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Signer.Registry;

namespace Kritis.Events.Cli.Resolve;

/// <summary>Puts digests in the place of tags. Nothing else of the text changes: comments, order, quotes elsewhere and white space stay.</summary>
/// <param name="resolver">Knows the digests of tags.</param>
/// <param name="placeholders">What stands for an image that is put in when the Pod is made, exactly as it is written.</param>
internal sealed class ManifestRewriter(TagResolver resolver, IReadOnlySet<string> placeholders)
{
    /// <summary>The rewritten text.</summary>
    /// <param name="file">The file.</param>
    /// <param name="told">Takes a line for each image that was looked at.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="StartRefusedException">It is no YAML, or an image cannot be resolved; then nothing may be applied.</exception>
    public async Task<string> RewriteAsync(ManifestFile file, Action<string> told, CancellationToken cancellationToken)
    {
        var text = file.Text;
        var rewritten = new StringBuilder();
        var at = 0;
        foreach (var place in ManifestImages.Find(file))
        {
            var resolved = await ResolveAsync(file.Name, place, told, cancellationToken);
            if (resolved is not null)
            {
                _ = rewritten.Append(text, at, place.Start - at).Append(place.With(text[place.Start..place.End], resolved));
                at = place.End;
            }
        }

        return rewritten.Append(text, at, text.Length - at).ToString();
    }

    private async Task<string?> ResolveAsync(string file, ImagePlace place, Action<string> told, CancellationToken cancellationToken)
    {
        var where = $"{file}:{place.Line}: {Excerpt.Of(place.Image)}";
        if (placeholders.Contains(place.Image))
        {
            told($"{where} is left: a sidecar injector puts the image there; have it name a digest");
            return null;
        }

        if (!ImageReference.TryParse(place.Image, out var reference, out var problem))
        {
            throw new StartRefusedException($"{where} is not an image: {problem}");
        }

        if (reference.Digest is not null)
        {
            return null;
        }

        try
        {
            var resolved = await resolver.ResolveAsync(reference, cancellationToken);
            told($"{where} is {resolved}");
            return resolved;
        }
        catch (RegistryException failure)
        {
            throw new StartRefusedException($"{where} cannot be resolved: {failure.Message}", failure);
        }
    }
}
