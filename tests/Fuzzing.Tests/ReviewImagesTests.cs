using System.Text;
using Kritis.Events.Fuzzing.Inputs;
using Kritis.Events.Fuzzing.Running;
using Kritis.Events.Fuzzing.Targets;
using Kritis.Events.Verifier.Admission;

namespace Kritis.Events.Fuzzing.Tests;

/// <summary>The second reading of reviews: it would notice a verifier that lets the wrong image in.</summary>
public sealed class ReviewImagesTests
{
    public static TheoryData<string> Reviews => [.. Corpus.Files("review").Select(file => file.Name)
        .Where(name => name.EndsWith("-create.json", StringComparison.Ordinal) && name is not ("configmap-create.json" or "pod-eviction-create.json" or "pod-binding-create.json"))];

    [Theory]
    [MemberData(nameof(Reviews))]
    public void G3_a_verifier_that_lets_an_image_in_that_is_not_attested_is_found_out(string review)
    {
        var bytes = Corpus.Files("review").Single(file => file.Name == review).Bytes;

        var admitting = () => ReviewTarget.MayBeAllowed(bytes, AdmissionDecision.Allow("a verifier that looks at nothing"));

        admitting.Should().Throw<BrokenPromiseException>().WithMessage("never an admission*");
    }

    [Fact]
    public void What_an_update_adds_is_found_and_what_was_there_is_not()
    {
        var update = Encoding.UTF8.GetString(Corpus.Files("review").Single(file => file.Name == "deployment-update.json").Bytes);

        BroughtIn(update).Should().Be("UPDATE busybox:1.36");
        BroughtIn(update.Replace("busybox:1.36", "alpine:3.11", StringComparison.Ordinal)).Should().Be("UPDATE ");
    }

    private static string BroughtIn(string review)
    {
        var (operation, images) = ReviewImages.BroughtIn(Encoding.UTF8.GetBytes(review));
        return $"{operation} {string.Join(' ', images)}";
    }
}
