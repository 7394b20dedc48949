using System.Text;

namespace Kritis.Events.Verifier.Events;

/// <summary>Messages of Events within what an API server takes.</summary>
internal static class EventText
{
    /// <summary>The longest message (k8s.io/kubernetes, validation of core Events: 1024 bytes, whatever the characters).</summary>
    public const int MostBytes = 1024;

    private const int MostSubjectBytes = 512;
    private const string Cut = "…";
    private static readonly int CutBytes = Encoding.UTF8.GetByteCount(Cut);

    /// <summary>What happened, and behind it to what; where both are too long, what happened is cut.</summary>
    public static string Of(string happened, EventSubject subject)
    {
        var behind = $": {Bounded(subject.ToString(), MostSubjectBytes)}";
        return Bounded(happened, MostBytes - Encoding.UTF8.GetByteCount(behind)) + behind;
    }

    /// <summary>The text, cut between two characters where it has more bytes.</summary>
    public static string Bounded(string text, int mostBytes)
    {
        if (Encoding.UTF8.GetByteCount(text) <= mostBytes)
        {
            return text;
        }

        Span<byte> room = stackalloc byte[mostBytes - CutBytes];
        Encoding.UTF8.GetEncoder().Convert(text, room, flush: false, out var characters, out _, out _);
        return string.Concat(text.AsSpan(0, characters), Cut);
    }
}
