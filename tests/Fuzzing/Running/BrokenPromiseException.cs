using System.Diagnostics.CodeAnalysis;

namespace Kritis.Events.Fuzzing.Running;

/// <summary>A reader did what it promises never to do.</summary>
internal sealed class BrokenPromiseException(string message) : Exception(message)
{
    public static void Unless([DoesNotReturnIf(false)] bool kept, string promise)
    {
        if (!kept)
        {
            throw new BrokenPromiseException(promise);
        }
    }
}
