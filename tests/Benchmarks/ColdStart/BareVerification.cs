using System.Diagnostics;
using Kritis.Events.Benchmarks.Data;

namespace Kritis.Events.Benchmarks.ColdStart;

/// <summary>How many signatures the cores check when they do nothing else.</summary>
internal static class BareVerification
{
    /// <summary>Verifications a second of all cores together.</summary>
    public static double Rate(BenchmarkKey key, TimeSpan duration)
    {
        var attestation = GeneratedLog.Attestation(key, number: 0);
        var publicKey = key.PublicKey;
        var counted = new long[Environment.ProcessorCount];
        var watch = Stopwatch.StartNew();
        _ = Parallel.For(0, counted.Length, new ParallelOptions { MaxDegreeOfParallelism = counted.Length }, core =>
        {
            while (watch.Elapsed < duration)
            {
                counted[core] += publicKey.Verify(attestation.Payload.Span, attestation.Signature.Span)
                    ? 1
                    : throw new InvalidOperationException("The generated signature is not valid.");
            }
        });
        return counted.Sum() / watch.Elapsed.TotalSeconds;
    }
}
