namespace Kritis.Events.Attestations.Snapshots;

/// <summary>A snapshot file is not what <see cref="SnapshotFormat"/> says; the message is a clause that says how.</summary>
internal sealed class SnapshotDamagedException(string message) : Exception(message);
