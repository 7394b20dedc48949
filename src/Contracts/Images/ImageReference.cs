using System.Diagnostics.CodeAnalysis;

namespace Kritis.Events.Contracts.Images;

/// <summary>
/// What a person writes to name an image: <c>alpine</c>, <c>team/app:1.0</c>, <c>host:5000/app@sha256:…</c>.
/// Normalised as Docker does it (distribution/reference: <c>ParseNormalizedNamed</c>): no registry means
/// <c>docker.io</c>, and there a name without a slash lies below <c>library/</c>. No tag is added where none is written.
/// </summary>
public sealed record ImageReference
{
    internal ImageReference()
    {
    }

    /// <summary>The text exactly as it was written.</summary>
    public required string Original { get; init; }

    /// <summary>The registry's host in lower case, with its port where one is written.</summary>
    public required string Registry { get; init; }

    /// <summary>The repository's path, for example <c>library/alpine</c>.</summary>
    public required string Repository { get; init; }

    /// <summary>The tag, or null where none is written. It identifies nothing.</summary>
    public string? Tag { get; init; }

    /// <summary>The digest, or null where none is written.</summary>
    public Digest? Digest { get; init; }

    /// <summary><c>registry/repository</c>.</summary>
    public string Name => $"{Registry}/{Repository}";

    /// <summary>Reads and normalises a reference.</summary>
    /// <param name="text">The reference, at most 4,096 characters.</param>
    /// <param name="reference">The reference, where the text is one.</param>
    /// <param name="problem">What is wrong with it otherwise: a clause for an error message, without a full stop.</param>
    public static bool TryParse(string? text, [NotNullWhen(true)] out ImageReference? reference, [NotNullWhen(false)] out string? problem) =>
        ImageReferenceParser.TryParse(text, out reference, out problem);

    /// <summary>Whether <paramref name="text"/> is a tag: a letter, digit or <c>_</c> and up to 127 letters, digits, <c>_</c>, <c>.</c> and <c>-</c>.</summary>
    public static bool IsTag([NotNullWhen(true)] string? text) => text is not null && ImageReferenceParser.IsTag(text);

    /// <summary>The same image under another registry host.</summary>
    public ImageReference WithRegistry(string registry) => this with { Registry = registry };

    /// <summary>The normalised reference: <c>registry/repository[:tag][@digest]</c>.</summary>
    public override string ToString() => Name + (Tag is null ? "" : ":" + Tag) + (Digest is null ? "" : "@" + Digest);
}
