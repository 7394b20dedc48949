using System.Runtime.CompilerServices;
using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Log;
using Kritis.Events.Attestations.Tests.Keys;
using Kritis.Events.Attestations.Tests.Payloads;

namespace Kritis.Events.Attestations.Tests.Index;

public sealed class OrderedExaminationTests
{
    private static readonly TestKey Release = TestKey.Named("release");
    private static readonly LogEvent.Record Valid = ScriptedLog.Record(0, Release.Attest(TestImages.App, "release"));
    private readonly OrderedExamination _examination;

    public OrderedExaminationTests() =>
        _examination = new OrderedExamination(new IndexUnderTest(TestKey.Resources(TestKey.Witness("release", Release.Pinned()))).Writer, cores: () => 4);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Records_come_in_the_order_of_the_log_however_long_each_takes()
    {
        // Every third is a signature to check; the others are done at once.
        var log = Enumerable.Range(1, 1000).Select(number => number % 3 == 0 ? At(number) : Unreadable(number)).ToList();
        log.Insert(500, new LogEvent.CaughtUp());

        var examined = await _examination.ExamineAsync(_ => Log(log), Cancellation).ToListAsync(Cancellation);

        examined.Select(one => one.Event).Should().Equal(log);
        examined.Where(one => one.Record?.Verdict is { IsValid: true }).Should().HaveCount(333);
        examined.Should().OnlyContain(one => (one.Record == null) == (one.Event is LogEvent.CaughtUp));
    }

    [Fact]
    public async Task A_log_that_fails_has_first_given_all_that_it_had()
    {
        var log = Enumerable.Range(1, 100).Select(At).ToList();
        var given = new List<LogEvent>();

        var reading = async () =>
        {
            await foreach (var one in _examination.ExamineAsync(_ => Log(log, new AttestationLogException("away")), Cancellation))
            {
                given.Add(one.Event);
            }
        };

        await reading.Should().ThrowAsync<AttestationLogException>().WithMessage("away");
        given.Should().Equal(log);
    }

    [Fact]
    public async Task What_is_there_is_not_kept_back_while_the_next_is_waited_for()
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var given = new List<LogEvent>();

        var reading = async () =>
        {
            await foreach (var one in _examination.ExamineAsync(token => EndlessAsync([At(1), At(2), At(3)], token), ending.Token))
            {
                given.Add(one.Event);
                if (given.Count == 3)
                {
                    await ending.CancelAsync();
                }
            }
        };

        await reading.Should().ThrowAsync<OperationCanceledException>();
        given.Should().HaveCount(3);
    }

    [Fact]
    public async Task Whoever_takes_no_more_ends_the_reading()
    {
        var ended = new TaskCompletionSource();

        await foreach (var _ in _examination.ExamineAsync(token => EndlessAsync([.. Enumerable.Range(1, 5000).Select(At)], token, ended), Cancellation))
        {
            break;
        }

        ended.Task.IsCompleted.Should().BeTrue("the log must not be read by two at the same time");
    }

    private static LogEvent At(int number) => Valid with { Position = new LogPosition(number, $"{number}") };

    private static LogEvent Unreadable(int number) => new LogEvent.Record(new LogPosition(number, $"{number}"), "no type of ours", default);

    private static async IAsyncEnumerable<LogEvent> Log(IEnumerable<LogEvent> log, Exception? failure = null)
    {
        foreach (var happened in log)
        {
            yield return happened;
        }

        await Task.Yield();
        if (failure is not null)
        {
            throw failure;
        }
    }

    private static async IAsyncEnumerable<LogEvent> EndlessAsync(
        IEnumerable<LogEvent> log, [EnumeratorCancellation] CancellationToken cancellationToken, TaskCompletionSource? ended = null)
    {
        try
        {
            foreach (var happened in log)
            {
                yield return happened;
            }

            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
        finally
        {
            ended?.SetResult();
        }
    }
}
