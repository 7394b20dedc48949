using System.Globalization;
using System.Text.Json;
using Kritis.Events.Attestations.Keys;
using Kritis.Events.Attestations.Log.Sqlite;
using Kritis.Events.Attestations.Payloads;
using Kritis.Events.Attestations.Verification;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.Contracts.Wire;
using Microsoft.Data.Sqlite;

namespace Kritis.Events.Benchmarks.Data;

/// <summary>
/// An attestation log of generated images with signatures that a verifier accepts, made once for each size: a verifier is then filled as in earnest.
/// </summary>
internal sealed class GeneratedLog
{
    private const int BatchSize = 20_000;
    private static readonly DateTimeOffset SignedAt = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly string _folder;

    private GeneratedLog(DirectoryInfo cache, int attestations, BenchmarkKeyKind key)
    {
        _folder = cache.FullName;
        (Attestations, KeyKind) = (attestations, key);
    }

    public BenchmarkKeyKind KeyKind { get; }

    public int Attestations { get; }

    /// <summary>The private key that signed it.</summary>
    public string KeyFile => Path.Combine(_folder, $"release{Suffix}.pem");

    /// <summary>The SQLite file.</summary>
    public string File => Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"log-{Attestations}{Suffix}.db"));

    private string Suffix => KeyKind == BenchmarkKeyKind.Rsa ? "-rsa" : "";

    /// <summary>The log in the cache folder; made where it is not there.</summary>
    public static GeneratedLog In(DirectoryInfo cache, int attestations, TextWriter progress, BenchmarkKeyKind key = BenchmarkKeyKind.Ec)
    {
        var log = new GeneratedLog(cache, attestations, key);
        if (!System.IO.File.Exists(log.File))
        {
            progress.WriteLine($"Making a log of {attestations} attestations in {log.File}; the next run finds it there.");
            log.Make();
        }

        return log;
    }

    /// <summary>Attestation <paramref name="number"/> as it stands in the log.</summary>
    public static AttestationCreated Attestation(BenchmarkKey key, int number)
    {
        var image = BenchmarkImages.Of(number);
        var payload = SimpleSigningPayload.Create(image, BenchmarkPolicies.WitnessName);
        var publicKey = key.PublicKey;
        return new AttestationCreated
        {
            Id = AttestationId.Of(publicKey.Fingerprint, payload),
            Image = image,
            Witness = BenchmarkPolicies.WitnessName,
            KeyFingerprint = publicKey.Fingerprint,
            KeyId = BenchmarkPolicies.WitnessName,
            Algorithm = publicKey.Algorithm.Name(),
            Payload = payload,
            Signature = key.Sign(payload),
            Rule = "everything",
            Tag = string.Create(CultureInfo.InvariantCulture, $"v{number}"),
            EventId = Guid.NewGuid().ToString(),
            CreatedAt = SignedAt.AddSeconds(number),
        };
    }

    private void Make()
    {
        using var key = BenchmarkKey.In(KeyFile, KeyKind);
        var making = File + ".making";
        System.IO.File.Delete(making);

        // The verifier's own code makes the table, so that it finds what it expects.
        new SqliteAttestationLog(making, TimeProvider.System).Dispose();
        using (var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = making, Pooling = false }.ToString()))
        {
            connection.Open();
            for (var first = 0; first < Attestations; first += BatchSize)
            {
                Append(connection, Bodies(key, first, Math.Min(BatchSize, Attestations - first)));
            }

            using var finish = connection.CreateCommand();
            finish.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
            _ = finish.ExecuteNonQuery();
        }

        SqliteConnection.ClearAllPools();
        System.IO.File.Move(making, File);
    }

    private static (string Id, byte[] Body)[] Bodies(BenchmarkKey key, int first, int count)
    {
        var bodies = new (string, byte[])[count];
        _ = Parallel.For(0, count, at =>
        {
            var attestation = Attestation(key, first + at);
            bodies[at] = (attestation.Id, JsonSerializer.SerializeToUtf8Bytes(attestation, WireJson.Default.AttestationCreated));
        });
        return bodies;
    }

    private static void Append(SqliteConnection connection, (string Id, byte[] Body)[] bodies)
    {
        using var transaction = connection.BeginTransaction();
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = $"INSERT INTO log (message_id, type, body) VALUES ($id, '{MessageNames.AttestationCreated}', $body)";
        var (id, body) = (command.Parameters.Add("$id", SqliteType.Text), command.Parameters.Add("$body", SqliteType.Blob));
        foreach (var (messageId, bytes) in bodies)
        {
            (id.Value, body.Value) = (messageId, bytes);
            _ = command.ExecuteNonQuery();
        }

        transaction.Commit();
    }
}
