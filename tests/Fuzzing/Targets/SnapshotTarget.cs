using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Keys;
using Kritis.Events.Attestations.Log;
using Kritis.Events.Attestations.Snapshots;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.Contracts.Wire;
using Kritis.Events.Fuzzing.Inputs;
using Kritis.Events.Fuzzing.Running;

namespace Kritis.Events.Fuzzing.Targets;

/// <summary>
/// The snapshot file, as whoever can write to the verifier's data folder leaves it. Nothing may be attested but what a witness signed. Each input is taken
/// as it is, and once more with its blocks' checksums put right, as somebody does who knows the format.
/// </summary>
internal sealed class SnapshotTarget : FuzzTarget
{
    private static readonly HashSet<PinnedKey> Pinned = PinnedKey.AllOf(Known.Resources);
    private static readonly AttestationCreated[] Signed = [.. Known.Records
        .Where(record => record.Name.StartsWith("genuine-", StringComparison.Ordinal) && record.Name.EndsWith(".created.json", StringComparison.Ordinal))
        .Select(record => JsonSerializer.Deserialize(record.Bytes, WireJson.Default.AttestationCreated)!)];

    private readonly string _path = Path.Combine(Directory.CreateTempSubdirectory("kritis-fuzz-snapshot-").FullName, "index.snapshot");
    private readonly FixedResources _resources = new(Known.Resources);

    public SnapshotTarget() => Seeds = [.. Lawful().Select(Seed.Of), .. Corpus.Seeds(Name)];

    public override string Name => "snapshot";

    public override IReadOnlyList<Seed> Seeds { get; }

    public override IReadOnlyList<string> Reaches { get; } = ["all of it", "some of it", "nothing of it", "forged", "forged in the log", "ignored"];

    public override string Take(byte[] input)
    {
        _ = Read(input);
        return Read(WithChecksums(input));
    }

    // A buffer for the largest block comes from a pool, and is there after the first input.
    public override long MostAllocated(int length) => base.MostAllocated(length) + (SnapshotFormat.MostContent * 2);

    private string Read(byte[] file)
    {
        File.WriteAllBytes(_path, file);
        var index = new AttestationIndex();
        var unverified = UnverifiedAttestations.Of(_path, index, _resources);
        using var handle = unverified.File;
        var (forged, forgedInLog) = (false, false);
        unverified.Damaged += _ => forged = true;
        unverified.Forged += (_, verdict) =>
        {
            Fit.ForALine(verdict.Explanation);
            forgedInLog = true;
        };
        try
        {
            new SnapshotReader(unverified, index, Pinned).Read();
        }
        catch (SnapshotDamagedException damage)
        {
            Fit.ForALine(damage.Message);
            return "ignored";
        }

        unverified.Seal();
        foreach (var image in unverified.Images)
        {
            unverified.Verify(image);
        }

        var attested = Signed.Select(created => created.Image).Distinct().Sum(image => index.Find(image).Attestations.Length);
        BrokenPromiseException.Unless(attested == index.Count, "nothing is attested but what was signed");
        BrokenPromiseException.Unless(Signed.Select(created => created.Image).Distinct().All(IsAsSigned), "nothing is attested by another than who signed");
        return forged ? "forged" : forgedInLog ? "forged in the log" : attested == Signed.Length ? "all of it" : attested > 0 ? "some of it" : "nothing of it";

        bool IsAsSigned(Image image) => index.Find(image).Attestations.All(held =>
            Signed.Any(created => created.Image == image && created.Witness == held.Witness && created.KeyFingerprint == held.KeyFingerprint));
    }

    private IEnumerable<byte[]> Lawful()
    {
        yield return Written(Signed, []);
        yield return Written(Signed[..1], Signed[1..]);
        yield return Written([], []);
        yield return Written([.. Signed.Select(created => created with { Signature = Signed[0].Signature })], Signed);
        yield return Written(isFiled: true, Signed, []);
        yield return Written(isFiled: true, [.. Signed.Select(created => created with { Signature = Signed[0].Signature })], []);
        yield return [.. SnapshotFormat.Magic];
    }

    private byte[] Written(params AttestationCreated[][] blocks) => Written(isFiled: false, blocks);

    private byte[] Written(bool isFiled, params AttestationCreated[][] blocks)
    {
        var index = new AttestationIndex();
        using (var writer = SnapshotWriter.Begin(_path, index))
        {
            foreach (var (number, block) in blocks.Index())
            {
                foreach (var created in block)
                {
                    _ = SignatureAlgorithmNames.TryParse(created.Algorithm, out var algorithm);
                    _ = writer.Add(index.KeyOf(created.Image), new PinnedKey(created.Witness, created.KeyFingerprint, algorithm), created.Signature.Span, isFiled);
                }

                _ = writer.TryWrite(new SnapshotCoverage(new LogPosition(number, "m"), 0, Pinned));
            }
        }

        return File.ReadAllBytes(_path);
    }

    private static byte[] WithChecksums(byte[] input)
    {
        var file = (byte[])input.Clone();
        SnapshotFormat.Magic.CopyTo(file.AsSpan(0, Math.Min(file.Length, SnapshotFormat.Magic.Length)) is { Length: 8 } magic ? magic : new byte[8]);
        for (var at = SnapshotFormat.Magic.Length; at + sizeof(int) < file.Length;)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at));
            var end = (long)at + sizeof(int) + length;
            if (length <= 0 || end + SHA256.HashSizeInBytes > file.Length)
            {
                break;
            }

            _ = SHA256.HashData(file.AsSpan(at + sizeof(int), length), file.AsSpan((int)end));
            at = (int)end + SHA256.HashSizeInBytes;
        }

        return file;
    }
}
