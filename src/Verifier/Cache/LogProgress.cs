namespace Kritis.Events.Verifier.Cache;

/// <summary>How far the attestation log has been read.</summary>
/// <param name="CaughtUp">Whether everything that stood in it at the start has been read.</param>
/// <param name="Read">How many records were read.</param>
internal readonly record struct LogProgress(bool CaughtUp, long Read);
