using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Log;

namespace Kritis.Events.Attestations.Snapshots;

/// <summary>What a snapshot says of itself. Nothing of it is believed to anybody's favour: at most it hides attestations, and so denies.</summary>
/// <param name="Position">The last record of the log that was read.</param>
/// <param name="Restrictions">How many revocations and claims of tags the index held then.</param>
/// <param name="Keys">The pinned keys whose attestations it holds up to there.</param>
internal sealed record SnapshotCoverage(LogPosition Position, long Restrictions, IReadOnlySet<PinnedKey> Keys);
