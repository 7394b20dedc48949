using System.Net;
using Kritis.Events.Contracts.Messages;
using MassTransit;

namespace Kritis.Events.Signer.Tests.Intake;

public sealed class BrokerAwayTests
{
    [Fact]
    public async Task G2_while_the_bus_is_away_nothing_is_taken_and_afterwards_it_is()
    {
        await using var host = await IntakeHost.StartAsync();
        await host.Bus.StopAsync(IntakeHost.Cancellation);
        await ShouldBeSentBack(host, "the broker is away");

        await host.Bus.StartAsync(IntakeHost.Cancellation);
        using var taken = await host.PostAsync(Envelope.Of(Envelope.Push()));
        taken.StatusCode.Should().Be(HttpStatusCode.Accepted);
        (await host.ReceivedAsync()).Should().ContainSingle();
    }

    [Fact]
    public async Task G2_a_confirmation_that_does_not_come_in_time_is_answered_503()
    {
        await using var host = await IntakeHost.StartAsync(
            bus => bus.ConfigurePublish(pipe => pipe.UseExecuteAsync(_ => Task.Delay(Timeout.Infinite, CancellationToken.None))),
            ("Intake:PublishTimeout", "00:00:00.2"));
        await ShouldBeSentBack(host, "did not confirm within 00:00:00.2");
    }

    [Fact]
    public async Task G2_one_message_of_several_that_is_refused_sends_the_whole_envelope_back()
    {
        var count = 0;
        await using var host = await IntakeHost.StartAsync(bus => bus.ConfigurePublish(pipe => pipe.UseExecute(_ =>
        {
            if (Interlocked.Increment(ref count) == 2)
            {
                throw new InvalidOperationException("secret detail");
            }
        })));
        await ShouldBeSentBack(host, "the broker refused the message", Envelope.Of(Envelope.Push(), Envelope.Push(), Envelope.Push()));

        using var again = await host.PostAsync(Envelope.Of(Envelope.Push(), Envelope.Push(), Envelope.Push()));
        again.StatusCode.Should().Be(HttpStatusCode.Accepted);
        (await host.ReceivedAsync()).OfType<ImagePushed>().Should().HaveCountGreaterThanOrEqualTo(3);
    }

    [Fact]
    public async Task While_the_bus_is_away_what_needs_no_bus_is_still_answered()
    {
        await using var host = await IntakeHost.StartAsync();
        await host.Bus.StopAsync(IntakeHost.Cancellation);
        using var ignored = await host.PostAsync(await IntakeHost.Fixture("pull-manifest"));
        ignored.StatusCode.Should().Be(HttpStatusCode.Accepted);
        using var malformed = await host.PostAsync("{");
        malformed.StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }

    private static async Task ShouldBeSentBack(IntakeHost host, string reason, string? envelope = null)
    {
        using var answer = await host.PostAsync(envelope ?? Envelope.Of(Envelope.Push()));
        var body = await answer.Content.ReadAsStringAsync(IntakeHost.Cancellation);
        answer.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable, body);
        answer.Headers.RetryAfter!.Delta.Should().BePositive();
        Envelope.Reason(body).Should().Contain(reason);
        body.Should().NotContain("secret detail");
        host.Counted.Should().Equal(new Dictionary<string, long> { ["unavailable"] = 1 });
    }
}
