using System.Buffers.Binary;
using System.Security.Cryptography;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Benchmarks.Data;

/// <summary>As many images as wanted, the same ones each time: a few thousand repositories with many digests each.</summary>
internal static class BenchmarkImages
{
    public const string Host = "registry.example.com";
    private const int Repositories = 2_000;

    /// <summary>Image <paramref name="number"/>.</summary>
    public static Image Of(int number)
    {
        Span<byte> seed = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(seed, number);
        var digest = Digest.Parse("sha256:" + Convert.ToHexStringLower(SHA256.HashData(seed)));
        return new Image(Host, $"team-{number % Repositories % 40}/service-{number % Repositories}", digest);
    }
}
