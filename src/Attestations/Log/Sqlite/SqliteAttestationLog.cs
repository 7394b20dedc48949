using System.Runtime.CompilerServices;
using System.Text.Json;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.Contracts.Wire;
using Microsoft.Data.Sqlite;

namespace Kritis.Events.Attestations.Log.Sqlite;

/// <summary>
/// The log as a SQLite file, for one machine without a broker. Several processes may share it (<c>kritis sign</c> beside <c>kritis up</c>):
/// an append of this process wakes its readers at once, one of another process is seen at the next poll.
/// </summary>
internal sealed class SqliteAttestationLog : IAttestationLog, IDisposable
{
    private const int BatchSize = 500;

    /// <summary>
    /// What can take an admission away. A message that only looks like it costs a read more. An index of its own finds the few among the many;
    /// SQLite uses it where a query has these very words.
    /// </summary>
    private const string Restricts = $"type = '{MessageNames.AttestationRevoked}' OR instr(body, CAST('\"tagClaim\"' AS BLOB)) > 0";

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);
    private readonly string _path;
    private readonly TimeProvider _time;

    /// <summary>SQLite lets writers that wait for its lock try by chance, and one of many may never come to it; here they queue.</summary>
    private readonly SemaphoreSlim _writing = new(1, 1);
    private volatile TaskCompletionSource _appended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SqliteAttestationLog(string path, TimeProvider time)
    {
        (_path, _time) = (path, time);
        try
        {
            _ = Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new AttestationLogException($"{Description} cannot be opened: {failure.Message}", failure);
        }

        using var connection = Open();
        _ = Do(connection, "opened", command => command.ExecuteNonQuery(), $"""
            PRAGMA journal_mode = WAL;
            CREATE TABLE IF NOT EXISTS log (
                position INTEGER PRIMARY KEY AUTOINCREMENT,
                message_id TEXT NOT NULL,
                type TEXT NOT NULL,
                body BLOB NOT NULL);
            CREATE INDEX IF NOT EXISTS restrictions ON log (position) WHERE {Restricts};
            """);
    }

    public string Description => $"SQLite log {_path}";

    public Task AppendAsync(AttestationCreated attestation, CancellationToken cancellationToken) => AppendAsync(
        attestation.Id, MessageNames.AttestationCreated,
        JsonSerializer.SerializeToUtf8Bytes(attestation, WireJson.Default.AttestationCreated), cancellationToken);

    public Task AppendAsync(AttestationRevoked revocation, CancellationToken cancellationToken) => AppendAsync(
        revocation.Id, MessageNames.AttestationRevoked,
        JsonSerializer.SerializeToUtf8Bytes(revocation, WireJson.Default.AttestationRevoked), cancellationToken);

    public async IAsyncEnumerable<LogEvent> FollowAsync(
        LogPosition? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var connection = Open();
        var last = after?.Offset ?? 0;
        if (after is not null && !Holds(connection, after))
        {
            yield return new LogEvent.ReadFromFirst($"{Description} no longer holds {after}");
            last = 0;
        }

        var end = End(connection);
        var caughtUp = false;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var appended = _appended.Task;
            var batch = Read(connection, last);
            foreach (var record in batch)
            {
                last = record.Position.Offset;
                yield return record;
            }

            if (!caughtUp && last >= end)
            {
                caughtUp = true;
                yield return new LogEvent.CaughtUp();
            }

            if (batch.Count == 0)
            {
                _ = await Task.WhenAny(appended, Task.Delay(Poll, _time, cancellationToken));
            }
        }
    }

    public async IAsyncEnumerable<LogEvent.Record> ReadRestrictionsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var connection = Open();
        var end = End(connection);
        var last = 0L;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var batch = ReadRestrictions(connection, last, end);
            if (batch.Count == 0)
            {
                yield break;
            }

            foreach (var record in batch)
            {
                last = record.Position.Offset;
                yield return record;
            }
        }
    }

    public void Dispose() => _writing.Dispose();

    private async Task AppendAsync(string messageId, string type, byte[] body, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            await using var connection = Open();
            await using var command = connection.CreateCommand();
            command.CommandText = "INSERT INTO log (message_id, type, body) VALUES ($id, $type, $body)";
            _ = command.Parameters.AddWithValue("$id", messageId);
            _ = command.Parameters.AddWithValue("$type", type);
            _ = command.Parameters.AddWithValue("$body", body);
            _ = await command.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (SqliteException failure)
        {
            throw new AttestationLogException($"{Description} cannot be written: {failure.Message}", failure);
        }
        finally
        {
            _ = _writing.Release();
        }

        Interlocked.Exchange(ref _appended, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
    }

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = _path, DefaultTimeout = 10 }.ToString());
        try
        {
            connection.Open();
            return connection;
        }
        catch (SqliteException failure)
        {
            connection.Dispose();
            throw new AttestationLogException($"{Description} cannot be opened: {failure.Message}", failure);
        }
    }

    private List<LogEvent.Record> Read(SqliteConnection connection, long after) => Do(
        connection, "read", Records, "SELECT position, message_id, type, body FROM log WHERE position > $after ORDER BY position LIMIT $most",
        ("$after", after), ("$most", BatchSize));

    private List<LogEvent.Record> ReadRestrictions(SqliteConnection connection, long after, long end) => Do(
        connection, "read", Records,
        $"SELECT position, message_id, type, body FROM log WHERE ({Restricts}) AND position > $after AND position <= $end ORDER BY position LIMIT $most",
        ("$after", after), ("$end", end), ("$most", BatchSize));

    private static List<LogEvent.Record> Records(SqliteCommand command)
    {
        var batch = new List<LogEvent.Record>();
        using var rows = command.ExecuteReader();
        while (rows.Read())
        {
            var position = new LogPosition(rows.GetInt64(0), rows.GetString(1));
            batch.Add(new LogEvent.Record(position, rows.GetString(2), rows.GetFieldValue<byte[]>(3)));
        }

        return batch;
    }

    private bool Holds(SqliteConnection connection, LogPosition position) => Do(
        connection, "read", command => (long)command.ExecuteScalar()! > 0,
        "SELECT COUNT(*) FROM log WHERE position = $position AND message_id = $id", ("$position", position.Offset), ("$id", position.MessageId));

    private long End(SqliteConnection connection) => Do(
        connection, "read", command => (long)command.ExecuteScalar()!, "SELECT IFNULL(MAX(position), 0) FROM log");

    private T Do<T>(
        SqliteConnection connection, string done, Func<SqliteCommand, T> work, string text, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        using var command = connection.CreateCommand();
        command.CommandText = text;
        foreach (var (name, value) in parameters)
        {
            _ = command.Parameters.AddWithValue(name, value);
        }

        try
        {
            return work(command);
        }
        catch (Exception failure) when (failure is SqliteException or InvalidCastException or InvalidOperationException)
        {
            throw new AttestationLogException($"{Description} cannot be {done}: {failure.Message}", failure);
        }
    }
}
