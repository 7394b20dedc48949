using System.Buffers;
using Kritis.Events.Fuzzing.Running;

namespace Kritis.Events.Fuzzing.Targets;

/// <summary>What a person is told of hostile input must not be hostile itself.</summary>
internal static class Fit
{
    private const int MostCharacters = 4_000;
    private static readonly SearchValues<char> Forging = SearchValues.Create("\0\r\n\u001b\u0085\u2028\u2029");

    /// <summary>A reason that is sent back or logged: there is one, it is bounded and it is one line.</summary>
    public static void ForALine(string? reason)
    {
        BrokenPromiseException.Unless(!string.IsNullOrWhiteSpace(reason), "a refusal has a reason");
        BrokenPromiseException.Unless(reason.Length <= MostCharacters, "a reason is bounded");
        BrokenPromiseException.Unless(!reason.AsSpan().ContainsAny(Forging), "a reason forges no line");
    }
}
