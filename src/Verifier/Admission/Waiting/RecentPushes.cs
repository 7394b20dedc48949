using System.Collections.Concurrent;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Verifier.Admission.Waiting;

/// <summary>
/// The images whose push was just told on the bus. A hint, never a proof: whoever can write to the bus can make a refusal wait, within bounds, and change
/// what its warning says, and nothing else.
/// </summary>
internal sealed class RecentPushes(TimeProvider time)
{
    /// <summary>The most pushes that are remembered.</summary>
    public const int Most = 20_000;

    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<Image, long> _seen = new();
    private readonly ConcurrentQueue<(Image Image, long At)> _order = new();

    public void Add(Image image)
    {
        var now = time.GetTimestamp();
        _seen[image] = now;
        _order.Enqueue((image, now));
        while (_order.TryPeek(out var oldest) && (_order.Count > Most || time.GetElapsedTime(oldest.At, now) > Kept))
        {
            if (_order.TryDequeue(out var gone))
            {
                _ = _seen.TryRemove(KeyValuePair.Create(gone.Image, gone.At));
            }
        }
    }

    /// <summary>How long ago the image's push was seen, or null where none was within the last minute.</summary>
    public TimeSpan? Age(Image image) =>
        !_order.IsEmpty && _seen.TryGetValue(image, out var at) && time.GetElapsedTime(at) is var age && age <= Kept ? age : null;
}
