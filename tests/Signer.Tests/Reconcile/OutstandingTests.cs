using Kritis.Events.Contracts.Images;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.Signer.Reconcile;
using Microsoft.Extensions.Time.Testing;

namespace Kritis.Events.Signer.Tests.Reconcile;

/// <summary>A comparison that waits for signers.</summary>
public sealed class OutstandingTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly HashSet<ImagePushed> _attested = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_waits_for_room_and_goes_on_when_one_is_attested()
    {
        var (outstanding, first) = (New(), Push(0));
        outstanding.Add(first);
        Fill(outstanding, Outstanding.Most - 1);

        var waiting = outstanding.WaitForRoomAsync(Cancellation);
        _time.Advance(TimeSpan.FromSeconds(30));
        waiting.IsCompleted.Should().BeFalse();
        _attested.Add(first);

        await EndAsync(waiting);
        await waiting;
    }

    [Fact]
    public async Task Where_nothing_is_signed_for_a_minute_it_ends_with_what_to_do()
    {
        var outstanding = New();
        Fill(outstanding, Outstanding.Most);

        var waiting = outstanding.WaitForRoomAsync(Cancellation);
        await EndAsync(waiting);

        (await waiting.Awaiting(task => task).Should().ThrowAsync<SigningStalledException>()).Which.Message.Should().Contain("Is a signer running").And.Contain(Push(1).Image.ToString());
    }

    [Fact]
    public async Task Few_are_not_waited_for()
    {
        var outstanding = New();
        Fill(outstanding, Outstanding.Most - 1);

        await outstanding.WaitForRoomAsync(Cancellation);
    }

    private Outstanding New() => new(push => !_attested.Contains(push), _time);

    private static void Fill(Outstanding outstanding, int count)
    {
        for (var number = 1; number <= count; number++)
        {
            outstanding.Add(Push(number));
        }
    }

    private async Task EndAsync(Task waiting)
    {
        while (!waiting.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }
    }

    private static ImagePushed Push(int number) => new()
    {
        EventId = $"event-{number}",
        Image = new Image("registry.example.com", "team/app", Digest.Of([(byte)number])),
        Tag = "1",
        Source = "reconcile",
        ReceivedAt = DateTimeOffset.UnixEpoch,
    };
}
