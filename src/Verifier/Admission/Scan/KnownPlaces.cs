using System.Text;

namespace Kritis.Events.Verifier.Admission.Scan;

/// <summary><see cref="PodSpecPlaces"/> by the bytes of a kind.</summary>
internal static class KnownPlaces
{
    private static readonly Place[] All =
    [
        .. PodSpecPlaces.Known.Where(known => known.Value.Length > 0).Select(known => new Place(
            Encoding.UTF8.GetBytes(known.Key.Group), Encoding.UTF8.GetBytes(known.Key.Kind), Array.ConvertAll(known.Value, Encoding.UTF8.GetBytes))),
    ];

    /// <summary>The names that lead to the pod specification; null where the kind has none, is not known, or is one itself.</summary>
    public static byte[][]? Find(ReadOnlySpan<byte> group, ReadOnlySpan<byte> kind)
    {
        foreach (var place in All)
        {
            if (kind.SequenceEqual(place.Kind) && group.SequenceEqual(place.Group))
            {
                return place.Names;
            }
        }

        return null;
    }

    private sealed record Place(byte[] Group, byte[] Kind, byte[][] Names);
}
