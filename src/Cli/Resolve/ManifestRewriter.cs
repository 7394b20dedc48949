using System.Text;
using Kritis.Events.Contracts;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Signer.Registry;

namespace Kritis.Events.Cli.Resolve;

/// <summary>Puts digests in the place of tags. Nothing else of the text changes: comments, order, quotes elsewhere and white space stay.</summary>
internal sealed class ManifestRewriter(TagResolver resolver)
{
    // What a service mesh's injector replaces when the Pod is made.
    private const string Injected = "auto";

    /// <summary>The rewritten text.</summary>
    /// <param name="file">The file's name, for messages.</param>
    /// <param name="text">Its text.</param>
    /// <param name="told">Takes a line for each image that was looked at.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="StartRefusedException">It is no YAML, or an image cannot be resolved; then nothing may be applied.</exception>
    public async Task<string> RewriteAsync(string file, string text, Action<string> told, CancellationToken cancellationToken)
    {
        var rewritten = new StringBuilder();
        var at = 0;
        foreach (var place in ManifestImages.Find(file, text))
        {
            var resolved = await ResolveAsync(file, place, told, cancellationToken);
            if (resolved is not null)
            {
                _ = rewritten.Append(text, at, place.Start - at).Append(InPlaceOf(text[place.Start..place.End], resolved));
                at = place.End;
            }
        }

        return rewritten.Append(text, at, text.Length - at).ToString();
    }

    // JSON needs its quotes, and an anchor the name that others know it by.
    private static string InPlaceOf(string written, string resolved) => written switch
    {
        ['"', ..] => $"\"{resolved}\"",
        ['\'', ..] => $"'{resolved}'",
        ['&', ..] => $"{written.Split(' ')[0]} {resolved}",
        _ => resolved,
    };

    private async Task<string?> ResolveAsync(string file, ImagePlace place, Action<string> told, CancellationToken cancellationToken)
    {
        var where = $"{file}:{place.Line}: {Excerpt.Of(place.Image)}";
        if (place.Image == Injected)
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
