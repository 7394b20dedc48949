using System.Diagnostics;
using System.Security.Cryptography;

namespace Kritis.Events.Benchmarks.Signing;

/// <summary>How many RSA-2048 signatures the cores make when they do nothing else: no signer can do more.</summary>
internal static class BareSigning
{
    private const int Bits = 2048;

    /// <summary>Signatures a second of all cores together.</summary>
    public static double Rate(TimeSpan duration)
    {
        var made = new long[Environment.ProcessorCount];
        var watch = Stopwatch.StartNew();
        var threads = Enumerable.Range(0, made.Length).Select(core => new Thread(() => made[core] = Sign(watch, duration))).ToArray();
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        return made.Sum() / watch.Elapsed.TotalSeconds;
    }

    private static long Sign(Stopwatch watch, TimeSpan duration)
    {
        using var key = RSA.Create(Bits);
        var hash = new byte[SHA256.HashSizeInBytes];
        var made = 0L;
        for (; watch.Elapsed < duration; made++)
        {
            _ = key.SignHash(hash, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        }

        return made;
    }
}
