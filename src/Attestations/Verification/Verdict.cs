using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Attestations.Verification;

/// <summary>What came of the checks.</summary>
public sealed record Verdict
{
    private Verdict()
    {
    }

    /// <summary>Whether every check was passed.</summary>
    public bool IsValid => FailedCheck is null;

    /// <summary>The first check that was not passed, or null.</summary>
    public AttestationCheck? FailedCheck { get; private init; }

    /// <summary>Why, in a sentence; empty where all was well.</summary>
    public string Explanation { get; private init; } = "";

    /// <summary>The image, as the signed payload names it; null unless valid.</summary>
    public Image? Image { get; private init; }

    /// <summary>The witness, as the signed payload names it; null unless valid.</summary>
    public string? Witness { get; private init; }

    /// <summary>The pinned key whose signature it is; default unless valid.</summary>
    public Digest KeyFingerprint { get; private init; }

    /// <summary>Why the image was revoked, as signed; null unless it is a valid revocation.</summary>
    public string? Reason { get; private init; }

    /// <summary>The tag that stands for the image, as signed; null unless it is a valid claim of a tag.</summary>
    public string? Tag { get; private init; }

    /// <summary>What came of the checks, for logs.</summary>
    public override string ToString() => IsValid ? $"'{Witness}' says so of {Image}" : $"{FailedCheck}: {Explanation}";

    internal static Verdict Failed(AttestationCheck check, string explanation) => new() { FailedCheck = check, Explanation = explanation };

    internal static Verdict Valid(Image image, string witness, Digest fingerprint) =>
        new() { Image = image, Witness = witness, KeyFingerprint = fingerprint };

    internal Verdict WithReason(string reason) => IsValid ? this with { Reason = reason } : this;

    internal Verdict WithTag(string tag) => IsValid ? this with { Tag = tag } : this;
}
