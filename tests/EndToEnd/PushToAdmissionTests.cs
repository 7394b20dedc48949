using System.Collections.Concurrent;
using Kritis.Events.EndToEnd.System;
using Kritis.Events.Servers;

[assembly: AssemblyFixture(typeof(Installation))]

namespace Kritis.Events.EndToEnd;

/// <summary>From a real <c>skopeo copy</c> to a real registry to the answer of verifiers that run elsewhere.</summary>
public class PushToAdmissionTests(Installation installation)
{
    private const int Images = 200;
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task G6_every_pushed_image_is_admitted_by_every_verifier_and_by_one_that_starts_later_before_it_is_ready()
    {
        var pushed = new ConcurrentBag<string>();
        await Parallel.ForAsync(0, Images, new ParallelOptions { MaxDegreeOfParallelism = 6, CancellationToken = Cancellation }, async (number, cancelled) =>
        {
            using var layout = OciLayout.Image($"image {number} of {Guid.NewGuid()}");
            await Skopeo.PushAsync(layout, $"{installation.Registry.Address}/kritis-demo/app{number % 7}:v{number}", cancelled);
            pushed.Add(installation.Name($"kritis-demo/app{number % 7}", layout.Digest));
        });

        foreach (var verifier in installation.Verifiers)
        {
            foreach (var image in pushed)
            {
                await Eventually.Async($"{image} is admitted", () => Review.AdmitsAsync(verifier, image, Cancellation), Cancellation, () => verifier.Output);
            }

            await RefusesWhatWasNotPushed(verifier);
        }

        await using var third = installation.StartVerifier("verifier-later");
        await third.UntilReadyAsync(Cancellation);
        foreach (var image in pushed)
        {
            (await Review.AdmitsAsync(third, image, Cancellation)).Should().BeTrue($"a verifier that says it is ready knows {image}");
        }
    }

    [Fact]
    public async Task G4_a_denial_names_the_image_exactly_as_it_was_written()
    {
        var answer = await Review.OfPodAsync(installation.Verifiers[0], "default", Cancellation, "alpine:3.11", "Alpine", "alpine:3.11");

        answer.Allowed.Should().BeFalse();
        answer.Message.Should().Be("image alpine:3.11 is not attested\nimage Alpine is not attested");
        answer.Warnings.Should().Contain(warning => warning.Contains("no digest given"));
    }

    [Fact]
    public async Task An_image_pushed_to_a_namespace_without_a_rule_stays_refused_although_the_same_digest_is_attested_elsewhere()
    {
        using var layout = OciLayout.Image($"twice {Guid.NewGuid()}");
        await Skopeo.PushAsync(layout, $"{installation.Registry.Address}/playground/app:1", Cancellation);
        await Skopeo.PushAsync(layout, $"{installation.Registry.Address}/kritis-demo/app:1", Cancellation);

        await Admitted(installation.Verifiers[0], installation.Name("kritis-demo/app", layout.Digest));

        (await Review.AdmitsAsync(installation.Verifiers[0], installation.Name("playground/app", layout.Digest), Cancellation)).Should().BeFalse();
    }

    [Fact]
    public async Task An_alias_of_the_registry_is_answered_like_its_own_name()
    {
        using var layout = OciLayout.Image($"alias {Guid.NewGuid()}");
        await Skopeo.PushAsync(layout, $"{installation.Registry.Address}/kritis-demo/alias:1", Cancellation);

        await Admitted(installation.Verifiers[0], $"localhost:{installation.Registry.Port}/kritis-demo/alias@{layout.Digest}");
    }

    [Fact]
    public async Task The_children_of_an_index_are_attested_with_it()
    {
        using var layout = OciLayout.Index($"index {Guid.NewGuid()}", "amd64", "arm64");
        await Skopeo.PushAsync(layout, $"{installation.Registry.Address}/kritis-demo/multi:1", Cancellation, "--all");

        foreach (var digest in layout.Children.Append(layout.Digest))
        {
            await Admitted(installation.Verifiers[1], installation.Name("kritis-demo/multi", digest));
        }
    }

    [Fact]
    public async Task Two_rules_make_two_witnesses_sign_and_a_policy_that_needs_both_is_fulfilled()
    {
        using var layout = OciLayout.Image($"two witnesses {Guid.NewGuid()}");
        await Skopeo.PushAsync(layout, $"{installation.Registry.Address}/two-witnesses/app:1", Cancellation);
        using var single = OciLayout.Image($"one witness {Guid.NewGuid()}");
        await Skopeo.PushAsync(single, $"{installation.Registry.Address}/kritis-demo/single:1", Cancellation);

        await Eventually.Async("both witnesses have signed",
            () => Review.AdmitsAsync(installation.Verifiers[0], installation.Name("two-witnesses/app", layout.Digest), Cancellation, "strict"), Cancellation);
        await Admitted(installation.Verifiers[0], installation.Name("kritis-demo/single", single.Digest));
        var answer = await Review.OfPodAsync(installation.Verifiers[0], "strict", Cancellation, installation.Name("kritis-demo/single", single.Digest));
        answer.Allowed.Should().BeFalse();
        answer.Warnings.Should().ContainSingle().Which.Should().Contain("no attestation by 'qa'");
    }

    private async Task RefusesWhatWasNotPushed(ServiceProcess verifier)
    {
        for (var number = 0; number < Images; number++)
        {
            var digest = Contracts.Images.Digest.Of(Guid.NewGuid().ToByteArray());
            (await Review.AdmitsAsync(verifier, installation.Name($"kritis-demo/app{number % 7}", digest.ToString()), Cancellation)).Should().BeFalse();
        }
    }

    private static Task Admitted(ServiceProcess verifier, string image) =>
        Eventually.Async($"{image} is admitted", () => Review.AdmitsAsync(verifier, image, Cancellation), Cancellation, () => verifier.Output);
}
