namespace Kritis.Events.Attestations.Snapshots;

/// <summary>Where the index's snapshot is kept.</summary>
public sealed record SnapshotOptions
{
    /// <summary>The folder; it exists.</summary>
    public required string Folder { get; init; }

    /// <summary>How long what was read from the log waits for being written.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The file is not made larger than this, in bytes: 2 GiB, seven million attestations by RSA-2048 keys. Made anew, it takes twice as much for a while.</summary>
    public long MostBytes { get; init; } = 2L * 1024 * 1024 * 1024;

    internal string Path => System.IO.Path.Combine(Folder, "index.snapshot");

    /// <summary>A file that is not complete yet.</summary>
    internal string NewPath => Path + ".new";

    /// <summary>Held by the one process that uses the folder's snapshot.</summary>
    internal string LockPath => Path + ".lock";
}
