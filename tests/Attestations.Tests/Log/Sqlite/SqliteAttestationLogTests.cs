using Kritis.Events.Attestations.Log;
using Kritis.Events.Attestations.Log.Sqlite;
using Kritis.Events.Contracts;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace Kritis.Events.Attestations.Tests.Log.Sqlite;

public sealed class SqliteAttestationLogTests : AttestationLogContract, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kritis-log-").FullName;

    private string File => Path.Combine(_folder, "data", "attestations.db");

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    protected override Task<LogUnderTest> CreateAsync() =>
        Task.FromResult(new LogUnderTest(() => new SqliteAttestationLog(File, TimeProvider.System)));

    [Fact]
    public async Task A_file_that_is_opened_again_holds_what_it_held()
    {
        await new SqliteAttestationLog(File, TimeProvider.System).AppendAsync(1, 3);
        (await new SqliteAttestationLog(File, TimeProvider.System).ReadToEndAsync()).Ids().Should().Equal(LogReading.Ids(1, 3));
    }

    [Theory]
    [InlineData("no database at all, but a text that is longer than the header of one would be, so that it is looked at")]
    [InlineData("SQLite format 3\0 and then nothing that SQLite ever wrote")]
    public void A_file_that_is_no_database_is_refused_with_its_path(string content)
    {
        _ = Directory.CreateDirectory(Path.GetDirectoryName(File)!);
        System.IO.File.WriteAllText(File, content);
        FluentActions.Invoking(() => new SqliteAttestationLog(File, TimeProvider.System))
            .Should().Throw<AttestationLogException>().Which.Message.Should().Contain(File);
        System.IO.File.ReadAllText(File).Should().Be(content, "nothing is overwritten that may be somebody's");
    }

    [Fact]
    public async Task A_file_damaged_in_the_middle_is_told_and_does_not_crash()
    {
        var log = new SqliteAttestationLog(File, TimeProvider.System);
        await log.AppendAsync(1, 300);
        SqliteConnection.ClearAllPools();
        using (var file = System.IO.File.Open(File, FileMode.Open))
        {
            for (var at = 4096; at < file.Length; at += 64)
            {
                file.Position = at;
                file.Write(new byte[48].Select((_, index) => (byte)(index * 37)).ToArray());
            }
        }

        var reading = async () => await new SqliteAttestationLog(File, TimeProvider.System).ReadToEndAsync();
        await reading.Should().ThrowAsync<AttestationLogException>();
        var resuming = async () => await new SqliteAttestationLog(File, TimeProvider.System).ReadToEndAsync(new LogPosition(200, "x"));
        await resuming.Should().ThrowAsync<AttestationLogException>();
    }

    [Fact]
    public async Task A_table_of_another_making_is_told_and_does_not_crash()
    {
        _ = Directory.CreateDirectory(Path.GetDirectoryName(File)!);
        using (var connection = new SqliteConnection($"Data Source={File}"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "CREATE TABLE log (position TEXT, message_id INTEGER, type TEXT, body TEXT); INSERT INTO log VALUES ('x', NULL, NULL, NULL)";
            _ = command.ExecuteNonQuery();
        }

        var log = new SqliteAttestationLog(File, TimeProvider.System);
        await FluentActions.Awaiting(() => log.ReadToEndAsync()).Should().ThrowAsync<AttestationLogException>();
    }

    [Fact]
    public async Task A_log_that_is_locked_by_somebody_else_or_full_is_told()
    {
        var log = new SqliteAttestationLog(File, TimeProvider.System);
        using var connection = new SqliteConnection($"Data Source={File}");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "CREATE TRIGGER full BEFORE INSERT ON log BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END";
        _ = command.ExecuteNonQuery();
        await FluentActions.Awaiting(() => log.AppendAsync(LogReading.Attestation(1), default))
            .Should().ThrowAsync<AttestationLogException>().WithMessage("*disk is full*");
        (await log.ReadToEndAsync()).Records().Should().BeEmpty();
    }

    [Theory]
    [InlineData("/proc/kritis/attestations.db")] // A file system that takes no new files, also from root.
    [InlineData("/dev/null/attestations.db")]
    public void A_folder_that_cannot_be_written_is_told_with_the_path(string path) =>
        FluentActions.Invoking(() => new SqliteAttestationLog(path, TimeProvider.System))
            .Should().Throw<AttestationLogException>().Which.Message.Should().Contain(path);

    [Fact]
    public void A_service_with_such_a_folder_refuses_to_start_and_says_what_to_do()
    {
        using var services = new ServiceCollection().AddAttestationLog(broker: null, "/proc/kritis", "test").BuildServiceProvider();
        FluentActions.Invoking(() => services.GetRequiredService<IAttestationLog>())
            .Should().Throw<StartRefusedException>().Which.Message.Should().Contain("/proc/kritis").And.Contain("Data:Path");
    }
}
