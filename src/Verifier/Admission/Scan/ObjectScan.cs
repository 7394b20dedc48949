using System.Text;
using Kritis.Events.Verifier.Admission.BreakGlass;

namespace Kritis.Events.Verifier.Admission.Scan;

/// <summary>What a decision needs of an object that makes Pods or is one, found in one pass over it.</summary>
internal ref struct ObjectScan
{
    /// <summary>The number of the list that image volumes stand in; those before it are <see cref="ObjectImages.ContainerLists"/>.</summary>
    public const int Volumes = 3;

    private static readonly byte[][] ContainerLists = Array.ConvertAll(ObjectImages.ContainerLists, Encoding.UTF8.GetBytes);
    private static readonly byte[] Annotation = Encoding.UTF8.GetBytes(BrokenGlass.Annotation);
    private readonly byte[][] _place;
    private ScannedImages _images;
    private ReadOnlySpan<byte> _kind;
    private ReadOnlySpan<byte> _apiVersion;
    private ReadOnlySpan<byte> _namespace;
    private bool _hasPod;
    private bool _hasContainer;

    /// <param name="place">The names that lead to the pod specification, at least one.</param>
    public ObjectScan(byte[][] place) => _place = place;

    /// <summary>The value of the break-glass annotation; null where there is none.</summary>
    public string? BreakGlass { get; private set; }

    public readonly string[] Images => _images.Distinct();

    /// <summary>Reads the object that the scan has come to.</summary>
    /// <returns>Whether it is as usual and has a pod specification with a container.</returns>
    public bool TryRead(ref JsonScan json) => json.IsObject && TryReadLevel(ref json, 0) && _hasPod && _hasContainer;

    /// <summary>Whether the object is what the review says it is about.</summary>
    public readonly bool Agrees(ReadOnlySpan<byte> kind, ReadOnlySpan<byte> group, ReadOnlySpan<byte> ns)
    {
        var slash = _apiVersion.IndexOf((byte)'/');
        return _kind.SequenceEqual(kind) && (slash < 0 ? [] : _apiVersion[..slash]).SequenceEqual(group)
            && (_namespace.IsEmpty || _namespace.SequenceEqual(ns));
    }

    private bool TryReadLevel(ref JsonScan json, int level)
    {
        var entered = json.Enter();
        while (json.Member(entered))
        {
            if (!TryReadMember(ref json, level))
            {
                return false;
            }
        }

        return json.Leave(entered);
    }

    private bool TryReadMember(ref JsonScan json, int level)
    {
        if (json.Is(_place[level]))
        {
            return json.IsObject && (level + 1 < _place.Length ? TryReadLevel(ref json, level + 1) : TryReadPod(ref json));
        }

        if (json.Is("metadata"u8) && (level == 0 || level == _place.Length - 1))
        {
            return json.IsObject && TryReadMetadata(ref json, level);
        }

        if (level > 0)
        {
            return json.Skip();
        }

        if (json.Is("kind"u8))
        {
            _kind = json.Text;
            return json.IsPlainText;
        }

        if (json.Is("apiVersion"u8))
        {
            _apiVersion = json.Text;
            return json.IsPlainText;
        }

        return json.Skip();
    }

    /// <summary>The object's own metadata says where it lies; that beside the pod specification is the Pod's.</summary>
    private bool TryReadMetadata(ref JsonScan json, int level)
    {
        var entered = json.Enter();
        while (json.Member(entered))
        {
            if (level == 0 && json.Is("namespace"u8))
            {
                _namespace = json.Text;
                if (!json.IsPlainText)
                {
                    return false;
                }
            }
            else if (level == _place.Length - 1 && json.Is("annotations"u8))
            {
                if (!json.IsObject || !TryReadAnnotations(ref json))
                {
                    return false;
                }
            }
            else if (!json.Skip())
            {
                return false;
            }
        }

        return json.Leave(entered);
    }

    private bool TryReadAnnotations(ref JsonScan json)
    {
        var entered = json.Enter();
        while (json.Member(entered))
        {
            if (json.Is(Annotation))
            {
                if (!json.IsPlainText)
                {
                    return false;
                }

                BreakGlass = Encoding.UTF8.GetString(json.Text);
            }
            else if (!json.Skip())
            {
                return false;
            }
        }

        return json.Leave(entered);
    }

    private bool TryReadPod(ref JsonScan json)
    {
        _hasPod = true;
        var entered = json.Enter();
        while (json.Member(entered))
        {
            var list = ListOf(json);
            if (list < 0 ? !json.Skip() : !json.IsArray || !TryReadList(ref json, list))
            {
                return false;
            }
        }

        return json.Leave(entered);
    }

    private static int ListOf(in JsonScan json)
    {
        for (var list = 0; list < ContainerLists.Length; list++)
        {
            if (json.Is(ContainerLists[list]))
            {
                return list;
            }
        }

        return json.Is("volumes"u8) ? Volumes : -1;
    }

    private bool TryReadList(ref JsonScan json, int list)
    {
        while (json.Next())
        {
            if (!json.IsObject || !(list == Volumes ? TryReadVolume(ref json) : TryReadContainer(ref json, list)))
            {
                return false;
            }
        }

        return true;
    }

    private bool TryReadContainer(ref JsonScan json, int list)
    {
        _hasContainer = true;
        return TryReadImage(ref json, "image"u8, list);
    }

    private bool TryReadVolume(ref JsonScan json)
    {
        var entered = json.Enter();
        while (json.Member(entered))
        {
            if (!(json.Is("image"u8) ? json.IsObject && TryReadImage(ref json, "reference"u8, Volumes) : json.Skip()))
            {
                return false;
            }
        }

        return json.Leave(entered);
    }

    /// <summary>An object that must name an image.</summary>
    private bool TryReadImage(ref JsonScan json, ReadOnlySpan<byte> member, int list)
    {
        var hasImage = false;
        var entered = json.Enter();
        while (json.Member(entered))
        {
            if (json.Is(member))
            {
                hasImage = json.IsPlainText && _images.TryAdd(list, TextPool.Get(json.Text));
                if (!hasImage)
                {
                    return false;
                }
            }
            else if (!json.Skip())
            {
                return false;
            }
        }

        return json.Leave(entered) && hasImage;
    }
}
