using System.Globalization;
using System.Text;
using Kritis.Events.ServiceDefaults.Telemetry.Lines;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Kritis.Events.ServiceDefaults.Tests.Telemetry;

public sealed class LineTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.Parse("2026-11-24T19:30:00.125+01:00", CultureInfo.InvariantCulture);

    [Fact]
    public void An_entry_is_a_line_of_its_own_in_UTC_whatever_stands_in_it()
    {
        var lines = Written(provider =>
        {
            var logger = provider.CreateLogger("Kritis.Events.Some");
            Log(logger, LogLevel.Information, "plain");
            Log(logger, LogLevel.Warning, "two\nlines\r\nand three é, \u001b[2J \u0085 \u2028 and more");
            Log(logger, LogLevel.Error, "with a reason", new InvalidOperationException("it\nfailed"));
        });

        lines.Should().Equal(
            "2026-11-24T18:30:00.125Z info: Kritis.Events.Some[7] plain",
            "2026-11-24T18:30:00.125Z warn: Kritis.Events.Some[7] two lines  and three é,  [2J     and more",
            "2026-11-24T18:30:00.125Z fail: Kritis.Events.Some[7] with a reason System.InvalidOperationException: it failed");
    }

    [Fact]
    public void Lines_of_several_threads_are_all_there_each_whole_and_in_its_threads_order()
    {
        const int Threads = 4, Each = 500;
        var lines = Written(provider => Parallel.For(0, Threads, thread =>
        {
            for (var number = 0; number < Each; number++)
            {
                Log(provider.CreateLogger($"T{thread}"), LogLevel.Information, number.ToString(CultureInfo.InvariantCulture));
            }
        }));

        for (var thread = 0; thread < Threads; thread++)
        {
            var head = $"2026-11-24T18:30:00.125Z info: T{thread}[7] ";
            lines.Where(line => line.StartsWith(head, StringComparison.Ordinal)).Select(line => line[head.Length..])
                .Should().Equal(Enumerable.Range(0, Each).Select(number => number.ToString(CultureInfo.InvariantCulture)));
        }

        lines.Should().HaveCount(Threads * Each);
    }

    [Fact]
    public void While_nobody_reads_nobody_waits_and_what_was_left_out_is_counted()
    {
        const int Added = (2 * LineQueue.MostWaiting) + 10;
        var output = new BlockedStream();
        using (var provider = new LineLoggerProvider(output, new FakeTimeProvider(Now)))
        {
            var logger = provider.CreateLogger("Some");
            Log(logger, LogLevel.Information, "first");
            output.Blocked.Wait(TestContext.Current.CancellationToken);
            for (var number = 1; number < Added; number++)
            {
                Log(logger, LogLevel.Information, "more");
            }

            output.Open();
        }

        var lines = output.Lines();
        var told = lines.Single(line => line.Contains("were left out", StringComparison.Ordinal));
        var leftOut = int.Parse(told.Split("] ")[1].Split(' ')[0], CultureInfo.InvariantCulture);
        leftOut.Should().BePositive();
        (lines.Length - 1 + leftOut).Should().Be(Added);
    }

    [Fact]
    public void Long_lines_that_nobody_reads_are_bounded_in_characters_too()
    {
        const int Added = 40;
        var output = new BlockedStream();
        using (var provider = new LineLoggerProvider(output, new FakeTimeProvider(Now)))
        {
            var logger = provider.CreateLogger("Some");
            Log(logger, LogLevel.Information, "first");
            output.Blocked.Wait(TestContext.Current.CancellationToken);
            for (var number = 0; number < Added; number++)
            {
                Log(logger, LogLevel.Information, new string('x', LineQueue.MostCharactersWaiting / 20));
            }

            output.Open();
        }

        output.Lines().Where(line => line.EndsWith('x')).Should().HaveCount(20);
        output.Lines().Should().ContainSingle(line => line.Contains("] 20 lines were left out", StringComparison.Ordinal));
    }

    [Fact]
    public void An_output_that_is_gone_ends_nothing()
    {
        var output = new BrokenStream();
        using (var provider = new LineLoggerProvider(output, new FakeTimeProvider(Now)))
        {
            Log(provider.CreateLogger("Some"), LogLevel.Information, "for nobody");
            output.Broken.Wait(TestContext.Current.CancellationToken);
            Log(provider.CreateLogger("Some"), LogLevel.Information, "for somebody again");
        }

        Encoding.UTF8.GetString(output.ToArray()).Should().EndWith("] for somebody again\n").And.NotContain("nobody");
    }

    private static string[] Written(Action<LineLoggerProvider> log)
    {
        var output = new BlockedStream();
        output.Open();
        using (var provider = new LineLoggerProvider(output, new FakeTimeProvider(Now)))
        {
            log(provider);
        }

        return output.Lines();
    }

    private static void Log(ILogger logger, LogLevel level, string message, Exception? exception = null) =>
        logger.Log(level, new EventId(7), message, exception, (text, _) => text);

    /// <summary>Takes nothing until it is opened.</summary>
    private sealed class BlockedStream : MemoryStream
    {
        private readonly ManualResetEventSlim _open = new();

        public ManualResetEventSlim Blocked { get; } = new();

        public void Open() => _open.Set();

        public string[] Lines() => Encoding.UTF8.GetString(ToArray()).TrimEnd('\n').Split('\n');

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            Blocked.Set();
            _open.Wait();
            base.Write(buffer);
        }
    }

    /// <summary>Fails the first time, as a standard output does that is open for reading only.</summary>
    private sealed class BrokenStream : MemoryStream
    {
        public ManualResetEventSlim Broken { get; } = new();

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (!Broken.IsSet)
            {
                Broken.Set();
                throw new UnauthorizedAccessException("Bad file descriptor");
            }

            base.Write(buffer);
        }
    }
}
