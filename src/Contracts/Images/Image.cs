using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace Kritis.Events.Contracts.Images;

/// <summary>An image: <c>registry/repository@digest</c>. A tag is no part of it.</summary>
/// <param name="Registry">The registry's host, lower case, with its port where it has one.</param>
/// <param name="Repository">The repository's path below the registry, for example <c>kritis-demo/alpine</c>.</param>
/// <param name="Digest">The manifest's digest.</param>
[JsonConverter(typeof(ImageJsonConverter))]
public sealed record Image(string Registry, string Repository, Digest Digest)
{
    /// <summary><c>registry/repository</c>, as it is signed.</summary>
    public string Name => $"{Registry}/{Repository}";

    /// <summary>Reads a fully written image: registry, repository and digest, without a tag.</summary>
    /// <param name="text">The text, for example <c>registry.example/team/app@sha256:…</c>.</param>
    /// <param name="image">The image, where the text is one.</param>
    /// <param name="problem">What is wrong with it otherwise.</param>
    public static bool TryParse(string? text, [NotNullWhen(true)] out Image? image, [NotNullWhen(false)] out string? problem)
    {
        if (RecentImageNames.TryParse(text, out image))
        {
            problem = null;
            return true;
        }

        if (!ImageReference.TryParse(text, out var reference, out problem))
        {
            return false;
        }

        if (reference.Digest is not { } digest || reference.Tag is not null)
        {
            problem = "expected registry/repository@sha256:<64 hexadecimal digits>, without a tag";
            return false;
        }

        var parsed = new Image(reference.Registry, reference.Repository, digest);
        if (!string.Equals(parsed.ToString(), text, StringComparison.Ordinal))
        {
            problem = $"not written in full: expected '{parsed}'";
            return false;
        }

        RecentImageNames.Note(parsed);
        image = parsed;
        return true;
    }

    /// <summary>Reads a fully written image.</summary>
    /// <exception cref="FormatException">The text is not <c>registry/repository@digest</c>.</exception>
    public static Image Parse(string text) => TryParse(text, out var image, out var problem)
        ? image
        : throw new FormatException($"'{Excerpt.Of(text)}' is not an image: {problem}.");

    /// <summary><c>registry/repository@digest</c>.</summary>
    public override string ToString() => $"{Registry}/{Repository}@{Digest}";
}
