using Kritis.Events.Signer.AlibabaCloud.Rpc;
using Microsoft.Extensions.Time.Testing;

namespace Kritis.Events.Signer.Tests.AlibabaCloud.Rpc;

/// <summary>The pace of calls, on a clock that only moves when it is told to.</summary>
public sealed class CallLimiterTests
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(200)]
    [InlineData(10_000)]
    public async Task In_no_second_more_calls_are_let_through_than_the_quota_allows(int quota)
    {
        var limiter = new CallLimiter(quota, _time);
        var passed = new List<DateTimeOffset>();
        var calls = Enumerable.Range(0, quota * 3).Select(_ => NoteAsync(limiter, passed)).ToArray();
        while (!Array.TrueForAll(calls, call => call.IsCompleted))
        {
            _time.Advance(TimeSpan.FromMilliseconds(quota == 1 ? 50 : 1));
        }

        await Task.WhenAll(calls);
        for (var first = 0; first + quota < passed.Count; first++)
        {
            (passed[first + quota] - passed[first]).Should().BeGreaterThan(TimeSpan.FromSeconds(1) - TimeSpan.FromMilliseconds(51));
        }

        (passed.Count / (passed[^1] - passed[0]).TotalSeconds).Should().BeInRange(quota * 0.97, quota * 1.6);
    }

    [Fact]
    public void Who_comes_first_goes_first()
    {
        var limiter = new CallLimiter(10, _time);
        var order = new List<int>();
        foreach (var number in Enumerable.Range(0, 20))
        {
            _ = limiter.WaitAsync(Cancellation).ContinueWith(_ => order.Add(number), TaskContinuationOptions.ExecuteSynchronously);
        }

        for (var step = 0; step < 300; step++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(10));
        }

        order.Should().HaveCount(20).And.BeInAscendingOrder();
    }

    [Fact]
    public void Throttling_slows_down_once_for_calls_that_were_refused_together_and_the_pace_comes_back()
    {
        var limiter = new CallLimiter(200, _time);
        var full = limiter.Pace;

        foreach (var _ in Enumerable.Range(0, 50))
        {
            limiter.Throttled();
        }

        limiter.Pace.Should().BeApproximately(full * 0.8, 1);
        _time.Advance(TimeSpan.FromSeconds(1));
        limiter.Pace.Should().BeGreaterThan(full * 0.8);
        _time.Advance(TimeSpan.FromMinutes(1));
        limiter.Pace.Should().Be(full);
    }

    [Fact]
    public void One_call_that_was_refused_costs_hardly_any_of_the_pace()
    {
        var limiter = new CallLimiter(200, _time);
        var full = limiter.Pace;

        limiter.Throttled();

        limiter.Pace.Should().BeInRange(full * 0.95, full * 0.99);
        _time.Advance(TimeSpan.FromSeconds(1));
        limiter.Pace.Should().Be(full);
    }

    [Fact]
    public void A_quota_that_others_use_up_never_brings_it_to_a_halt()
    {
        var limiter = new CallLimiter(200, _time);
        for (var round = 0; round < 500; round++)
        {
            limiter.Throttled();
            _time.Advance(TimeSpan.FromMilliseconds(260));
        }

        limiter.Pace.Should().BeGreaterThanOrEqualTo(200 * 0.01);
    }

    [Fact]
    public async Task A_caller_that_gives_up_waits_no_longer()
    {
        var limiter = new CallLimiter(1, _time);
        await limiter.WaitAsync(Cancellation);
        using var cancelled = new CancellationTokenSource();
        var waiting = limiter.WaitAsync(cancelled.Token);

        await cancelled.CancelAsync();

        await ((Func<Task>)(() => waiting)).Should().ThrowAsync<OperationCanceledException>();
    }

    private async Task NoteAsync(CallLimiter limiter, List<DateTimeOffset> passed)
    {
        await limiter.WaitAsync(Cancellation);
        lock (passed)
        {
            passed.Add(_time.GetUtcNow());
        }
    }
}
