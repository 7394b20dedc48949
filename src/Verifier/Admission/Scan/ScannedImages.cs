using System.Runtime.CompilerServices;

namespace Kritis.Events.Verifier.Admission.Scan;

/// <summary>The images of an object in the order in which they stand there, each with the list that it stands in.</summary>
internal struct ScannedImages
{
    /// <summary>The most images; an object with more is unusual.</summary>
    public const int Most = 16;

    private Texts _texts;
    private Lists _lists;

    public int Count { get; private set; }

    public bool TryAdd(int list, string image)
    {
        if (Count == Most)
        {
            return false;
        }

        (_texts[Count], _lists[Count]) = (image, (byte)list);
        Count++;
        return true;
    }

    /// <summary>Each image once, list by list: the order in which <see cref="ObjectImages"/> finds them.</summary>
    public readonly string[] Distinct()
    {
        if (Count == 1)
        {
            return [_texts[0]];
        }

        var images = new string[Count];
        var found = 0;
        for (var list = 0; list <= ObjectScan.Volumes; list++)
        {
            for (var at = 0; at < Count; at++)
            {
                if (_lists[at] == list && Array.IndexOf(images, _texts[at], 0, found) < 0)
                {
                    images[found++] = _texts[at];
                }
            }
        }

        return found == Count ? images : images[..found];
    }

    [InlineArray(Most)]
    private struct Texts
    {
        private string _first;
    }

    [InlineArray(Most)]
    private struct Lists
    {
        private byte _first;
    }
}
