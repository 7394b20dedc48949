using System.Security.Cryptography;
using Kritis.Events.Attestations.Keys;
using Kritis.Events.Contracts;
using Kritis.Events.Contracts.Images;
using X509 = System.Security.Cryptography.X509Certificates;

namespace Kritis.Events.Cli.Verify;

/// <summary>A witness's public key in a file: one PEM block, at most 64 KiB.</summary>
internal static class WitnessKeyFile
{
    private const int MostBytes = 64 * 1024;
    private const string Ec = "1.2.840.10045.2.1";

    /// <param name="file">The file.</param>
    /// <param name="algorithm">The algorithm's name; null for the usual one of the key's type: <c>RSA_PKCS1_SHA_256</c> or <c>ECDSA_SHA_256</c>.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="StartRefusedException">It cannot be read, is no public key, or does not fit the algorithm.</exception>
    public static async Task<PublicKey> ReadAsync(string file, string? algorithm, CancellationToken cancellationToken)
    {
        var chosen = SignatureAlgorithm.RsaPkcs1Sha256;
        if (algorithm is not null && !SignatureAlgorithmNames.TryParse(algorithm, out chosen))
        {
            throw new StartRefusedException($"--algorithm '{Excerpt.Of(algorithm)}': expected {string.Join(", ", SignatureAlgorithmNames.All)}");
        }

        try
        {
            var pem = await TextAsync(file, cancellationToken);
            return PublicKey.FromPem(pem, algorithm is null ? UsualOf(pem) : chosen);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException($"--witness-key {file} cannot be read: {failure.Message}", failure);
        }
        catch (FormatException unusable)
        {
            throw new StartRefusedException($"--witness-key {file}: {unusable.Message}", unusable);
        }
    }

    private static async Task<string> TextAsync(string file, CancellationToken cancellationToken)
    {
        await using var stream = File.OpenRead(file);
        var content = new byte[MostBytes + 1];
        var length = await stream.ReadAtLeastAsync(content, content.Length, throwOnEndOfStream: false, cancellationToken);
        return length <= MostBytes
            ? System.Text.Encoding.UTF8.GetString(content, 0, length)
            : throw new FormatException($"it has more than {MostBytes} bytes; expected a PEM block 'PUBLIC KEY'");
    }

    private static SignatureAlgorithm UsualOf(string pem)
    {
        try
        {
            return PemEncoding.TryFind(pem, out var fields)
                && X509.PublicKey.CreateFromSubjectPublicKeyInfo(Convert.FromBase64String(pem[fields.Base64Data]), out _).Oid.Value == Ec
                    ? SignatureAlgorithm.EcdsaSha256
                    : SignatureAlgorithm.RsaPkcs1Sha256;
        }
        catch (Exception unreadable) when (unreadable is CryptographicException or FormatException)
        {
            // What is wrong with it is told by whoever reads it in earnest.
            return SignatureAlgorithm.RsaPkcs1Sha256;
        }
    }
}
