using System.Net;
using Kritis.Events.Contracts.Wire;
using Kritis.Events.EndToEnd.System;
using Kritis.Events.Servers;
using Kritis.Events.Signer.Intake.Acr;

namespace Kritis.Events.EndToEnd.AlibabaCloud;

/// <summary>More pushes at once than KMS signs in ten seconds.</summary>
public class BurstTests(CloudInstallation installation)
{
    private const int Pushes = 3_000;
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task G2_a_burst_beyond_the_quota_is_signed_completely_and_nothing_is_paid_twice()
    {
        await using var bus = await BusProbe.ConnectAsync(installation.Broker, Cancellation);
        await bus.ListenAsync(Cancellation, MessageNames.AttestationCreated, MessageNames.SigningFailed);
        var images = new string[Pushes];
        await Parallel.ForAsync(0, Pushes, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Cancellation }, async (number, cancelled) =>
            images[number] = await installation.PutImageAsync($"burst/app{number % 10}", $"v{number}", $"burst {number}", cancelled));
        var before = installation.Cloud.Calls.Count;

        await Parallel.ForAsync(0, Pushes, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = Cancellation }, async (number, cancelled) =>
        {
            // Registries repeat themselves.
            for (var times = number % 5 == 0 ? 2 : 1; times > 0; times--)
            {
                (await installation.SendAsync(AcrIntake.Path, CloudInstallation.Webhook($"burst/app{number % 10}", $"v{number}", images[number]), cancelled))
                    .Should().Be(HttpStatusCode.Accepted);
            }
        });
        await Eventually.Async("every push is signed", () => bus.Heard.Count(heard => heard.Exchange == MessageNames.AttestationCreated) >= Pushes, Cancellation,
            () => $"{bus.Heard.Count} heard\n{installation.Signer.Output}", TimeSpan.FromMinutes(3));
        await Eventually.Async("the queue is empty", async () => await bus.CountAsync(MessageNames.SigningQueue, Cancellation) == 0, Cancellation);

        var signed = installation.Cloud.Calls.Skip(before).Where(call => call is { Action: "AsymmetricSign", Outcome: "ok" }).OrderBy(call => call.At).ToArray();
        signed.Select(call => call.Parameters["Digest"]).Should().OnlyHaveUniqueItems().And.HaveCount(Pushes);
        bus.Heard.Should().NotContain(heard => heard.Exchange == MessageNames.SigningFailed);
        foreach (var number in Enumerable.Range(0, Pushes))
        {
            await installation.AdmittedAsync(installation.Name($"burst/app{number % 10}", images[number]), Cancellation);
        }

        var rate = (Pushes - 1) / (signed[^1].At - signed[0].At).TotalSeconds;
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{rate:0.0} signatures a second of a quota of 200 ({rate / 200:0.000}), {installation.Cloud.Quota.Refused} calls throttled");
    }
}
