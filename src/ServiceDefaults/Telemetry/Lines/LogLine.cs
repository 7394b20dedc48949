using System.Buffers;
using System.Globalization;
using System.Text;

namespace Kritis.Events.ServiceDefaults.Telemetry.Lines;

/// <summary>One entry of the log, as the framework's single-line console writes it: <c>2026-11-24T18:00:00.000Z info: Category[0] message</c>.</summary>
internal readonly record struct LogLine(DateTimeOffset At, LogLevel Level, string Category, int Event, string Message, string? Exception)
{
    private const int MostHeadBytes = 64;

    // Whatever a terminal or another program may take for the end of a line or for an order to itself; the rest of a review's text is made harmless where it is told.
    private static readonly SearchValues<char> Breaking = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Concat(Enumerable.Range(0x7F, 0x21)).Select(code => (char)code), '\u2028', '\u2029']);

    /// <summary>About how many characters it has.</summary>
    public int Length => Message.Length + (Exception?.Length ?? 0);

    /// <summary>Appends it as UTF-8, with its line feed as the only one.</summary>
    public void WriteTo(IBufferWriter<byte> output)
    {
        WriteHead(output);
        WriteText(output, Category);
        WriteEvent(output);
        WriteText(output, Message);
        if (Exception is not null)
        {
            output.Write(" "u8);
            WriteText(output, Exception);
        }

        output.Write("\n"u8);
    }

    private void WriteHead(IBufferWriter<byte> output)
    {
        var head = output.GetSpan(MostHeadBytes);
        _ = At.UtcDateTime.TryFormat(head, out var written, "yyyy-MM-ddTHH:mm:ss.fffZ ", CultureInfo.InvariantCulture);
        output.Advance(written);
        output.Write(Name());
    }

    private void WriteEvent(IBufferWriter<byte> output)
    {
        output.Write("["u8);
        var number = output.GetSpan(MostHeadBytes);
        _ = Event.TryFormat(number, out var written, default, CultureInfo.InvariantCulture);
        output.Advance(written);
        output.Write("] "u8);
    }

    private static void WriteText(IBufferWriter<byte> output, string text)
    {
        var harmless = text.AsSpan().ContainsAny(Breaking) ? Spaced(text) : text;
        var bytes = output.GetSpan(Encoding.UTF8.GetMaxByteCount(harmless.Length));
        output.Advance(Encoding.UTF8.GetBytes(harmless, bytes));
    }

    private static string Spaced(string text) => string.Create(text.Length, text, static (spaced, text) =>
    {
        text.CopyTo(spaced);
        spaced.ReplaceAny(Breaking, ' ');
    });

    private ReadOnlySpan<byte> Name() => Level switch
    {
        LogLevel.Trace => "trce: "u8,
        LogLevel.Debug => "dbug: "u8,
        LogLevel.Information => "info: "u8,
        LogLevel.Warning => "warn: "u8,
        LogLevel.Error => "fail: "u8,
        _ => "crit: "u8,
    };
}
