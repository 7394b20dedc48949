using System.Text;
using Kritis.Events.Contracts;

namespace Kritis.Events.Cli.Manifests;

/// <summary>A file of manifests as it was read: UTF-8, at most 16 MiB.</summary>
/// <param name="Name">Its name as it was given, or <c>-</c> for standard input.</param>
/// <param name="Text">Its text, without a byte order mark.</param>
/// <param name="HasMark">Whether a byte order mark stood before it.</param>
internal sealed record ManifestFile(string Name, string Text, bool HasMark = false)
{
    public const string StandardInput = "-";
    private const int MostBytes = 16 * 1024 * 1024;
    private const char Mark = '\uFEFF';
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="StartRefusedException">It cannot be read, is too large, or is not UTF-8.</exception>
    public static async Task<ManifestFile> ReadAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = name == StandardInput ? Console.OpenStandardInput() : File.OpenRead(name);
            var text = await ReadAsync(name, stream, cancellationToken);
            return text is [Mark, ..] ? new ManifestFile(name, text[1..], HasMark: true) : new ManifestFile(name, text);
        }
        catch (DecoderFallbackException)
        {
            throw new StartRefusedException($"{name} is not UTF-8");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException($"{name} cannot be read: {failure.Message}", failure);
        }
    }

    /// <summary>The bytes of a text in this file's place.</summary>
    public byte[] Bytes(string text) => StrictUtf8.GetBytes(HasMark ? Mark + text : text);

    private static async Task<string> ReadAsync(string name, Stream stream, CancellationToken cancellationToken)
    {
        using var content = new MemoryStream();
        var part = new byte[64 * 1024];
        int read;
        while ((read = await stream.ReadAsync(part, cancellationToken)) > 0)
        {
            if (content.Length + read > MostBytes)
            {
                throw new StartRefusedException($"{name} has more than {MostBytes} bytes");
            }

            content.Write(part, 0, read);
        }

        return StrictUtf8.GetString(content.GetBuffer(), 0, (int)content.Length);
    }
}
