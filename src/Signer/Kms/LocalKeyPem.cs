using System.Security.Cryptography;
using System.Text;

namespace Kritis.Events.Signer.Kms;

/// <summary>Takes the PKCS#8 bytes out of a PEM file, and says what stands there instead.</summary>
internal static class LocalKeyPem
{
    /// <summary>The bytes of the one block <c>PRIVATE KEY</c>.</summary>
    /// <exception cref="KeyManagementException"><see cref="KeyManagementCodes.KeyUnreadable"/>, with the reason and never with the content.</exception>
    public static byte[] Decode(string path, ReadOnlySpan<byte> file)
    {
        if (!Ascii.IsValid(file))
        {
            throw LocalKeyFile.Unreadable(path, "it is not ASCII text");
        }

        var text = new char[file.Length];
        try
        {
            Encoding.ASCII.GetChars(file, text);
            return DecodeText(path, text);
        }
        finally
        {
            text.AsSpan().Clear();
        }
    }

    private static byte[] DecodeText(string path, ReadOnlySpan<char> text)
    {
        if (text.IsWhiteSpace())
        {
            throw LocalKeyFile.Unreadable(path, "it is empty");
        }

        if (!PemEncoding.TryFind(text, out var block))
        {
            throw LocalKeyFile.Unreadable(path, "it has no complete PEM block");
        }

        if (ProblemOfLabel(text[block.Label], path) is { } problem)
        {
            throw LocalKeyFile.Unreadable(path, problem);
        }

        if (!text[..block.Location.Start.Value].IsWhiteSpace() || !text[block.Location.End.Value..].IsWhiteSpace())
        {
            throw LocalKeyFile.Unreadable(path, "there is more in it than one PEM block");
        }

        var bytes = new byte[block.DecodedDataLength];
        return Convert.TryFromBase64Chars(text[block.Base64Data], bytes, out _)
            ? bytes
            : throw LocalKeyFile.Unreadable(path, "its base64 is damaged");
    }

    private static string? ProblemOfLabel(ReadOnlySpan<char> label, string path) => label switch
    {
        "PRIVATE KEY" => null,
        "ENCRYPTED PRIVATE KEY" => $"it is encrypted (decrypt it: openssl pkcs8 -in '{path}' -out KEY.pem)",
        "RSA PRIVATE KEY" or "EC PRIVATE KEY" => $"it is of an older format (convert it: openssl pkcs8 -topk8 -nocrypt -in '{path}' -out KEY.pem)",
        "PUBLIC KEY" => "it is a public key",
        _ => "its PEM block is of another kind",
    };
}
