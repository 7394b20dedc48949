using System.Diagnostics;
using System.Security.Cryptography;
using Kritis.Events.Benchmarks.Running;

namespace Kritis.Events.Benchmarks.Signing;

/// <summary>How many RSA-2048 signatures the cores make when they do nothing else: no signer can do more.</summary>
internal static class BareSigning
{
    private const int Bits = 2048;

    /// <summary>Signs on every core for some time.</summary>
    public static BareRate Measure(TimeSpan duration)
    {
        using var begin = new Barrier(Environment.ProcessorCount);
        var signed = new (long Made, TimeSpan Wall, TimeSpan Cpu)[Environment.ProcessorCount];
        var threads = Enumerable.Range(0, signed.Length).Select(core => new Thread(() => signed[core] = Sign(begin, duration))).ToArray();
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        return new BareRate(signed.Sum(core => core.Made / core.Wall.TotalSeconds), signed.Sum(core => core.Cpu.TotalSeconds) / signed.Sum(core => core.Made));
    }

    private static (long Made, TimeSpan Wall, TimeSpan Cpu) Sign(Barrier begin, TimeSpan duration)
    {
        using var key = RSA.Create(Bits);
        var hash = new byte[SHA256.HashSizeInBytes];
        // The key is made with its first use, and that takes longer than a thousand signatures.
        _ = key.SignHash(hash, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        begin.SignalAndWait();
        var (made, watch, cpu) = (0L, Stopwatch.StartNew(), ProcessorTime.OfThisThread());
        for (; watch.Elapsed < duration; made++)
        {
            _ = key.SignHash(hash, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        }

        return (made, watch.Elapsed, ProcessorTime.OfThisThread() - cpu);
    }
}

/// <summary>What bare signing came to.</summary>
/// <param name="PerSecond">Signatures a second of all cores together.</param>
/// <param name="Cpu">Seconds of CPU time for each.</param>
internal readonly record struct BareRate(double PerSecond, double Cpu);
