using Kritis.Events.Contracts.Wire;
using Kritis.Events.EndToEnd.Faults;
using Kritis.Events.EndToEnd.System;
using Kritis.Events.Servers;

namespace Kritis.Events.EndToEnd.Delivery;

/// <summary>A signer that is asked to stop in the middle of its work.</summary>
public class StopTests
{
    private const int Pushes = 24;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task G2_G5_a_signer_that_stops_while_it_signs_finishes_what_it_has_in_hand_and_leaves_the_rest_to_the_next()
    {
        var figures = new FaultFigures();
        // Two pushes at a time and a second for each: most are waiting when the first are done.
        await using var installation = await FaultyInstallation.StartAsync(
            Cancellation, new FaultySetup { SigningTime = TimeSpan.FromSeconds(1), ConcurrentPushes = 2 });
        (await installation.Signers[1].StopAsync()).Should().BeTrue();
        using var pushes = new PushedByTest(installation, figures);
        using var pushed = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var pushing = pushes.RunAsync(pushed.Token);
        await Eventually.Async("the pushes are accepted and the first is signed",
            () => pushes.Accepted.Count >= Pushes && installation.PaidSignatures().Count > 0, Cancellation, () => installation.Signers[0].Output);
        await pushed.CancelAsync();
        await pushing;

        (await installation.Signers[0].StopAsync()).Should().BeTrue("it ends by itself");

        var signedByTheFirst = installation.PaidSignatures().Count;
        signedByTheFirst.Should().BeLessThan(pushes.Accepted.Count, "it was in the middle of its work");
        await using var bus = await BusProbe.ConnectAsync(installation.Broker, Cancellation);
        await bus.ReplayAsync(MessageNames.AttestationLog, Cancellation);
        await Eventually.Async("all that it signed is in the log", () => Created(bus).Count == signedByTheFirst, Cancellation, () => installation.Signers[0].Output);

        await installation.StartSigner(1).UntilReadyAsync(Cancellation);
        await Eventually.Async("every push is attested", () => pushes.Accepted.All(Created(bus).Contains), Cancellation,
            () => installation.Signers[1].Output, TimeSpan.FromMinutes(3));

        installation.PaidSignatures().Should().HaveCount(pushes.Accepted.Count, "no push was signed twice");
        Created(bus).Should().OnlyHaveUniqueItems();
        (await bus.CountAsync(MessageNames.SigningErrors, Cancellation)).Should().Be(0);
    }

    private static List<string> Created(BusProbe bus) =>
        [.. bus.Heard.Where(heard => heard.Exchange == MessageNames.AttestationCreated).Select(heard => heard.Text("image")!)];
}
