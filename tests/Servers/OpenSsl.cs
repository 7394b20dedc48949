namespace Kritis.Events.Servers;

/// <summary>The <c>openssl</c> command as a verifier that knows nothing of this project.</summary>
public static class OpenSsl
{
    /// <summary>Whether <c>openssl dgst -sha256 -verify</c> accepts a signature.</summary>
    public static async Task<bool> VerifiesAsync(
        string publicKeyPem, ReadOnlyMemory<byte> payload, ReadOnlyMemory<byte> signature, CancellationToken cancellationToken, params string[] options)
    {
        using var folder = new ServerFolder("openssl");
        var key = folder.Write("key.pem", publicKeyPem);
        await File.WriteAllBytesAsync(folder.File("payload"), payload, cancellationToken);
        await File.WriteAllBytesAsync(folder.File("signature"), signature, cancellationToken);
        await using var openssl = ChildProcess.Start("openssl", "openssl",
            ["dgst", "-sha256", "-verify", key, .. options, "-signature", folder.File("signature"), folder.File("payload")]);
        await openssl.WaitForExitAsync(cancellationToken);
        return openssl.ExitCode == 0;
    }
}
