using System.Security.Cryptography;
using System.Text;
using Kritis.Events.Attestations.Keys;

namespace Kritis.Events.Signer.Kms;

/// <summary>A private key in a file: one PEM block <c>PRIVATE KEY</c> (PKCS#8, RFC 7468 section 10) that only its owner may read.</summary>
internal static class LocalKeyFile
{
    /// <summary>The most bytes such a file may have; an RSA-4096 key has about 3,300.</summary>
    public const int MostBytes = 16 * 1024;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnersFolder = OwnerOnly | UnixFileMode.UserExecute;

    /// <summary>
    /// Makes a new key. The file appears whole or not at all, is its owner's alone from its first byte on, and replaces nothing.
    /// For <c>kritis up</c>; the services never make keys.
    /// </summary>
    /// <param name="path">The file; its folder is made where it is missing.</param>
    /// <param name="algorithm">The algorithm the key is for.</param>
    /// <param name="rsaBits">2048, 3072 or 4096; not looked at for EC, which is always P-256.</param>
    /// <returns>The public key, to be pinned.</returns>
    /// <exception cref="IOException">The file is there already, or cannot be written.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Not one of the RSA sizes.</exception>
    public static PublicKey Create(string path, SignatureAlgorithm algorithm, int rsaBits = 2048)
    {
        using var key = Generate(algorithm, rsaBits);
        path = Path.GetFullPath(path);
        var folder = Path.GetDirectoryName(path)!;
        MakeFolder(folder);
        var unfinished = Path.Combine(folder, $".{Guid.NewGuid():N}.unfinished");
        try
        {
            Write(unfinished, key.ExportPkcs8PrivateKeyPem() + "\n");
            NewFile.Place(unfinished, path);
        }
        finally
        {
            File.Delete(unfinished);
        }

        return PublicKey.FromSubjectPublicKeyInfo(key.ExportSubjectPublicKeyInfo(), algorithm);
    }

    /// <summary>Reads the PKCS#8 bytes of a key. The caller wipes them after use.</summary>
    /// <exception cref="KeyManagementException">The file is missing, open to others, a link, too long, or not one PEM block <c>PRIVATE KEY</c>.</exception>
    public static byte[] ReadPkcs8(string path)
    {
        RefuseUnlessFile(path);
        var bytes = new byte[MostBytes + 1];
        try
        {
            var length = ReadOwnersFile(path, bytes);
            if (length > MostBytes)
            {
                throw Unreadable(path, $"it has more than {MostBytes} bytes");
            }

            return LocalKeyPem.Decode(path, bytes.AsSpan(0, length));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <summary>The file is there and is no usable private key.</summary>
    public static KeyManagementException Unreadable(string path, string reason, Exception? inner = null) =>
        KeyManagementException.Permanent(
            KeyManagementCodes.KeyUnreadable,
            $"{path} is not a usable private key: {reason}; expected one unencrypted PEM block 'PRIVATE KEY' (PKCS#8).",
            inner);

    /// <summary>The file is not there.</summary>
    public static KeyManagementException NotFound(string path, Exception? inner = null) =>
        KeyManagementException.Permanent(
            KeyManagementCodes.KeyNotFound, $"There is no private key at {path}; put the witness's key there as PEM (PKCS#8), mode 0600.", inner);

    private static int ReadOwnersFile(string path, byte[] into)
    {
        try
        {
            using var file = File.OpenHandle(path);
            RefuseExposed(path, OperatingSystem.IsWindows() ? OwnerOnly : File.GetUnixFileMode(file));
            using var stream = new FileStream(file, FileAccess.Read, bufferSize: 0);
            return stream.ReadAtLeast(into, into.Length, throwOnEndOfStream: false);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw NotFound(path, missing);
        }
        catch (UnauthorizedAccessException forbidden)
        {
            throw KeyManagementException.Permanent(
                KeyManagementCodes.KeyForbidden, $"{path} may not be read by '{Environment.UserName}', or is no file.", forbidden);
        }
        catch (IOException broken)
        {
            throw new KeyManagementException(
                KeyManagementCodes.KeyUnavailable, $"{path} cannot be read at present: {broken.Message}", transient: true, broken);
        }
    }

    private static void RefuseUnlessFile(string path)
    {
        var file = new FileInfo(path);
        if (file.LinkTarget is not null)
        {
            throw KeyManagementException.Permanent(
                KeyManagementCodes.KeyUnreadable,
                $"{path} is a link; expected the file itself, so that nothing outside the folder can stand in for a key.");
        }

        // Pipes and devices have no length; opening one could wait for ever.
        if (file is { Exists: true, Length: 0 })
        {
            throw Unreadable(path, "it is empty");
        }
    }

    private static void RefuseExposed(string path, UnixFileMode mode)
    {
        if ((mode & ~OwnerOnly) != 0)
        {
            throw KeyManagementException.Permanent(
                KeyManagementCodes.KeyExposed,
                $"{path} has mode {Octal(mode)}, so that others than its owner can use it; run: chmod 600 '{path}'");
        }
    }

    private static string Octal(UnixFileMode mode) => "0" + Convert.ToString((int)mode, 8);

    private static AsymmetricAlgorithm Generate(SignatureAlgorithm algorithm, int rsaBits)
    {
        if (algorithm == SignatureAlgorithm.EcdsaSha256)
        {
            return ECDsa.Create(ECCurve.NamedCurves.nistP256);
        }

        return rsaBits is 2048 or 3072 or 4096
            ? RSA.Create(rsaBits)
            : throw new ArgumentOutOfRangeException(nameof(rsaBits), rsaBits, "Expected 2048, 3072 or 4096.");
    }

    private static void MakeFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, OwnersFolder);
        }
    }

    private static void Write(string path, string pem)
    {
        var how = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            how.UnixCreateMode = OwnerOnly;
        }

        using var file = new FileStream(path, how);
        file.Write(Encoding.ASCII.GetBytes(pem));
        file.Flush(flushToDisk: true);
    }
}
