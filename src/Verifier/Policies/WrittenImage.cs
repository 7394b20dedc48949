using System.Diagnostics.CodeAnalysis;
using Kritis.Events.Attestations.Index;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Verifier.Admission;

namespace Kritis.Events.Verifier.Policies;

/// <summary>An image as it is written in objects, read once, under the registries of one <see cref="PolicySet"/>.</summary>
internal sealed class WrittenImage
{
    private Kept? _kept;

    public WrittenImage(string text, PolicySet policies)
    {
        Text = text;
        if (!ImageReference.TryParse(text, out var reference, out var problem))
        {
            Problem = problem;
            return;
        }

        Reference = reference;
        Signed = policies.Signed(reference);
        AsWritten = reference.ToString();
        AsSigned = ReferenceEquals(Signed, reference) ? AsWritten : Signed.ToString();
        Subject = reference.Digest is { } digest ? new Image(Signed.Registry, Signed.Repository, digest) : null;
    }

    public string Text { get; }

    /// <summary>Why it is no image's name, or null.</summary>
    public string? Problem { get; }

    public ImageReference? Reference { get; }

    /// <summary>The reference under the host that its registry signs with.</summary>
    public ImageReference? Signed { get; }

    public string AsWritten { get; } = "";

    public string AsSigned { get; } = "";

    /// <summary>The image that is named; null where no digest is.</summary>
    public Image? Subject { get; }

    /// <summary>
    /// The verdict that was kept, where nothing that it rests on has changed since: the same policies, of a set that never changes, and the same knowledge of the
    /// image, of which each change makes another object.
    /// </summary>
    public bool TryVerdict(NamespacePolicies selecting, AttestedImage known, [NotNullWhen(true)] out ImageVerdict? verdict)
    {
        verdict = Volatile.Read(ref _kept) is { } kept && ReferenceEquals(kept.Selecting, selecting) && ReferenceEquals(kept.Known, known) ? kept.Verdict : null;
        return verdict is not null;
    }

    /// <summary>Keeps a verdict that follows from the policies and from what is known of the image, and from nothing else.</summary>
    public void Keep(NamespacePolicies selecting, AttestedImage known, ImageVerdict verdict) => Volatile.Write(ref _kept, new Kept(selecting, known, verdict));

    private sealed record Kept(NamespacePolicies Selecting, AttestedImage Known, ImageVerdict Verdict);
}
