using System.Collections.Concurrent;
using System.Net;
using Kritis.Events.Attestations.Keys;
using Kritis.Events.EndToEnd.System;
using Kritis.Events.Servers;
using Kritis.Events.Signer.Intake.Acr;

namespace Kritis.Events.EndToEnd.AlibabaCloud;

/// <summary>A witness changes its key version while pushes go on.</summary>
public class RotationTests(CloudInstallation installation)
{
    private const string Refused = "is not attested";
    private const string Namespace = "rotation";
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task G3_images_of_both_versions_stay_admitted_and_the_first_ones_are_refused_once_it_is_revoked()
    {
        var first = installation.RotatingKey.Versions[0];
        var pushed = new ConcurrentQueue<string>();
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var pushing = PushAsync(pushed, enough.Token);
        await Eventually.Async("images of the first version", () => pushed.Count > 20, Cancellation);

        _ = installation.RotatingKey.AddVersion();
        installation.WriteWitness("rotating", installation.RotatingKey, KeyState.Active, KeyState.Retired);
        await Eventually.Async("images while both are pinned", () => pushed.Count > 40, Cancellation);
        installation.WriteWitness("rotating", installation.RotatingKey, KeyState.Retired, KeyState.Active);
        await Eventually.Async("the second version signs", () => SignedBySecond() > 20, Cancellation, () => installation.Signer.Output);
        await enough.CancelAsync();
        await pushing;
        foreach (var image in pushed)
        {
            (await Review.AdmitsAsync(installation.Verifier, image, Cancellation, Namespace)).Should().BeTrue("it was admitted before");
        }

        installation.WriteWitness("rotating", installation.RotatingKey, KeyState.Revoked, KeyState.Active);
        var bySecond = SignedBySecond();
        await Eventually.Async("the first version counts no more", async () =>
            !(await Review.OfPodAsync(installation.Verifier, Namespace, Cancellation, pushed.First())).Allowed, Cancellation);
        var answers = await Task.WhenAll(pushed.Select(image => Review.OfPodAsync(installation.Verifier, Namespace, Cancellation, image)));
        answers.Count(answer => answer.Allowed).Should().Be(bySecond, "what the second version signed stays");
        answers.Where(answer => !answer.Allowed).Should().OnlyContain(answer => answer.Message.Contains(Refused)).And.NotBeEmpty();

        int SignedBySecond() => installation.Cloud.Calls.Count(call =>
            call is { Action: "AsymmetricSign", Outcome: "ok" } && call.Parameters["KeyId"] == "alias/rotating" && call.Parameters["KeyVersionId"] != first);
    }

    private async Task PushAsync(ConcurrentQueue<string> pushed, CancellationToken stop)
    {
        for (var number = 0; !stop.IsCancellationRequested; number++)
        {
            var digest = await installation.PutImageAsync("rotation/app", $"v{number}", $"rotation {number}", Cancellation);
            (await installation.SendAsync(AcrIntake.Path, CloudInstallation.Webhook("rotation/app", $"v{number}", digest), Cancellation)).Should().Be(HttpStatusCode.Accepted);
            var image = installation.Name("rotation/app", digest);
            // Admitted once, and then at every moment: that is what no gap means.
            await installation.AdmittedAsync(image, Cancellation, Namespace);
            pushed.Enqueue(image);
            foreach (var known in pushed.TakeLast(3).Append(pushed.First()))
            {
                (await Review.AdmitsAsync(installation.Verifier, known, Cancellation, Namespace)).Should().BeTrue();
            }
        }
    }
}
