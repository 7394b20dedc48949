using Kritis.Events.ServiceDefaults.Settings;
using Kritis.Events.Verifier.Tests.Testing;
using Kritis.Events.Verifier.Tls;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Kritis.Events.Verifier.Tests.Tls;

/// <summary>Two files that belong together are taken together, or not at all.</summary>
public sealed class FileReloadTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private readonly RecordedLog _log = new();
    private readonly ILoggerFactory _loggers;
    private readonly FileReload _reload;
    private string _inForce = "";
    private int _reads;

    public FileReloadTests()
    {
        _loggers = LoggerFactory.Create(logging => logging.AddProvider(_log));
        _reload = new FileReload([_folder.File("a"), _folder.File("b")], Load, _time, _loggers.CreateLogger<FileReload>());
        Write("a", "1");
        Write("b", "1");
        Look(2);
        _inForce.Should().Be("1");
    }

    public void Dispose()
    {
        _reload.Dispose();
        _loggers.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Files_that_are_written_one_after_the_other_are_taken_once_they_fit_and_nothing_is_told()
    {
        Write("a", "2");
        Look(4);
        _inForce.Should().Be("1");

        Write("b", "2");
        Look(2);

        _inForce.Should().Be("2");
        _log.Lines.Should().BeEmpty();
    }

    [Fact]
    public void Files_that_do_not_fit_are_told_once_and_what_was_read_before_stays()
    {
        Write("a", "2");
        Look(100);

        _inForce.Should().Be("1");
        _log.Lines.Should().Equal("Error: the files do not fit; expected two that do. What was read before stays in force.");
        Write("b", "2");
        Look(2);
        _inForce.Should().Be("2");
    }

    [Fact]
    public void Another_pair_that_does_not_fit_is_told_again()
    {
        Write("a", "2");
        Look(100);
        Write("a", "3");
        Look(100);

        _log.Lines.Should().HaveCount(2);
    }

    [Fact]
    public void Files_that_do_not_change_are_not_read()
    {
        var before = _reads;

        Look(100);

        _reads.Should().Be(before);
    }

    [Fact]
    public void A_file_that_is_gone_changes_nothing_and_is_told_once()
    {
        File.Delete(_folder.File("a"));

        Look(100);

        _inForce.Should().Be("1");
        _log.Lines.Should().ContainSingle();
    }

    [Fact]
    public void What_changes_while_it_is_read_is_read_again()
    {
        Write("a", "2");
        Write("b", "2");
        Look(1);
        _during = () =>
        {
            _during = () => { };
            Write("a", "3");
            Write("b", "3");
        };

        Look(1);
        _inForce.Should().Be("1", "what was read may be half of one and half of the other");
        Look(2);
        _inForce.Should().Be("3");
    }

    private Action _during = () => { };

    private Action Load()
    {
        _reads++;
        var (a, b) = (Read("a"), Read("b"));
        _during();
        return a == b ? () => _inForce = a : throw new SettingException("the files", "do not fit", "two that do");
    }

    private string Read(string name) => File.Exists(_folder.File(name)) ? File.ReadAllText(_folder.File(name)) : "";

    private void Write(string name, string content)
    {
        File.WriteAllText(_folder.File(name), content);

        // As if it were written now by the clock of the test; two writes of the same length may fall on the same instant.
        File.SetLastWriteTimeUtc(_folder.File(name), _time.GetUtcNow().UtcDateTime.AddTicks(_reads++));
    }

    private void Look(int times)
    {
        for (var look = 0; look < times; look++)
        {
            _time.Advance(FileReload.Interval);
            _reload.Look();
        }
    }
}
