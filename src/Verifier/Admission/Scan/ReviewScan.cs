using System.Text;
using System.Text.Json;

namespace Kritis.Events.Verifier.Admission.Scan;

/// <summary>
/// Reads a review as API servers send them: an object of a built-in kind that is created or updated. It goes over the bytes once and keeps only what a decision needs.
/// Whatever is in any way unusual, wrong or refused it leaves to <see cref="ReviewReader"/>, whose answers it must equal otherwise: the fuzz
/// target <c>review</c> holds the two against each other. A hot path: a document with all of its members took half the time of an admission; <c>admission-decision</c>
/// watches it.
/// </summary>
internal ref struct ReviewScan
{
    private ReadOnlySpan<byte> _uid;
    private ReadOnlySpan<byte> _group;
    private ReadOnlySpan<byte> _kind;
    private ReadOnlySpan<byte> _namespace;
    private ReadOnlySpan<byte> _name;
    private ReadOnlySpan<byte> _operation;
    private ReadOnlySpan<byte> _user;
    private Given _given;
    private ObjectScan _object;
    private ObjectScan _old;

    /// <param name="body">The review, which must be UTF-8.</param>
    /// <returns>What is asked; null where it is for <see cref="ReviewReader"/> to say.</returns>
    public static AdmissionRequest? TryRead(ReadOnlySpan<byte> body)
    {
        try
        {
            Span<uint> names = stackalloc uint[JsonScan.MostNames];
            var json = new JsonScan(body, names);
            return TryRead(ref json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static AdmissionRequest? TryRead(ref JsonScan json)
    {
        ReviewScan review = default;
        return json.Next() && json.IsObject && review.TryReadReview(ref json) && json.IsAtEnd() ? review.Request() : null;
    }

    private bool TryReadReview(ref JsonScan json)
    {
        var entered = json.Enter();
        while (json.Member(entered))
        {
            if (!TryReadReviewMember(ref json))
            {
                return false;
            }
        }

        return json.Leave(entered) && _given.HasFlag(Given.Review);
    }

    private bool TryReadReviewMember(ref JsonScan json)
    {
        if (json.Is("kind"u8))
        {
            _given |= Given.ReviewKind;
            return json.IsPlainText && json.Text.SequenceEqual("AdmissionReview"u8);
        }

        if (json.Is("apiVersion"u8))
        {
            _given |= Given.ReviewVersion;
            return json.IsPlainText && json.Text.SequenceEqual("admission.k8s.io/v1"u8);
        }

        return json.Is("request"u8) ? json.IsObject && TryReadRequest(ref json) : json.Skip();
    }

    private bool TryReadRequest(ref JsonScan json)
    {
        var entered = json.Enter();
        while (json.Member(entered))
        {
            if (!TryReadRequestMember(ref json))
            {
                return false;
            }
        }

        return json.Leave(entered) && _given.HasFlag(Given.Object) && _uid.Length is > 0 and <= ReviewReader.MostIdentityCharacters;
    }

    private bool TryReadRequestMember(ref JsonScan json)
    {
        if (json.Is("uid"u8))
        {
            return TryKeep(json, out _uid);
        }

        if (json.Is("namespace"u8))
        {
            _given |= Given.Namespace;
            return TryKeep(json, out _namespace);
        }

        if (json.Is("name"u8))
        {
            _given |= Given.Name;
            return TryKeep(json, out _name);
        }

        if (json.Is("operation"u8))
        {
            return TryKeep(json, out _operation);
        }

        if (json.Is("kind"u8))
        {
            return json.IsObject && TryReadKind(ref json);
        }

        if (json.Is("userInfo"u8))
        {
            return json.IsObject && TryReadUser(ref json);
        }

        if (json.Is("dryRun"u8))
        {
            _given |= json.IsTrue ? Given.DryRun : 0;
            return json.Skip();
        }

        return TryReadObjects(ref json);
    }

    /// <summary>An API server says what kind of object it is and what is done with it before it shows the object.</summary>
    private bool TryReadObjects(ref JsonScan json)
    {
        if (json.Is("object"u8))
        {
            _given |= Given.Object;
            return TryReadObject(ref json, ref _object);
        }

        // What was there before is of interest only where it is updated.
        return json.Is("oldObject"u8) && !_operation.SequenceEqual("CREATE"u8)
            ? (_given |= Given.OldObject) != 0 && TryReadObject(ref json, ref _old)
            : json.Skip();
    }

    private readonly bool TryReadObject(ref JsonScan json, ref ObjectScan subject)
    {
        if (!IsOperationKnown || KnownPlaces.Find(_group, _kind) is not { } place)
        {
            return false;
        }

        subject = new ObjectScan(place);
        return subject.TryRead(ref json);
    }

    private readonly bool IsOperationKnown => _operation.SequenceEqual("CREATE"u8) || _operation.SequenceEqual("UPDATE"u8);

    private bool TryReadKind(ref JsonScan json)
    {
        var entered = json.Enter();
        while (json.Member(entered))
        {
            if (json.Is("group"u8))
            {
                _given |= Given.Group;
                if (!TryKeep(json, out _group))
                {
                    return false;
                }
            }
            else if (!(json.Is("kind"u8) ? TryKeep(json, out _kind) : json.Skip()))
            {
                return false;
            }
        }

        return json.Leave(entered);
    }

    private bool TryReadUser(ref JsonScan json)
    {
        var entered = json.Enter();
        while (json.Member(entered))
        {
            if (json.Is("username"u8))
            {
                _given |= Given.User;
                if (!TryKeep(json, out _user))
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

    private readonly AdmissionRequest? Request()
    {
        var isUpdate = _operation.SequenceEqual("UPDATE"u8);
        if (!_object.Agrees(_kind, _group, _namespace) || (isUpdate && (!_given.HasFlag(Given.OldObject) || !_old.Agrees(_kind, _group, _namespace))))
        {
            return null;
        }

        return new AdmissionRequest
        {
            ApiVersion = ReviewReader.ApiVersion,
            Uid = Encoding.UTF8.GetString(_uid),
            Group = Text(_group, Given.Group),
            Kind = TextPool.Get(_kind),
            Namespace = Text(_namespace, Given.Namespace),
            Name = _given.HasFlag(Given.Name) ? Encoding.UTF8.GetString(_name) : null,
            Operation = isUpdate ? "UPDATE" : "CREATE",
            User = Text(_user, Given.User),
            LeavesNoTrace = _given.HasFlag(Given.DryRun),
            Images = _object.Images,
            OldImages = isUpdate ? new HashSet<string>(_old.Images) : null,
            BreakGlass = _object.BreakGlass,
        };
    }

    private readonly string? Text(ReadOnlySpan<byte> utf8, Given given) => _given.HasFlag(given) ? TextPool.Get(utf8) : null;

    private static bool TryKeep(scoped in JsonScan json, out ReadOnlySpan<byte> text)
    {
        text = json.Text;
        return json.IsPlainText;
    }

    [Flags]
    private enum Given
    {
        ReviewKind = 1,
        ReviewVersion = 2,
        Object = 4,
        Review = ReviewKind | ReviewVersion | Object,
        OldObject = 8,
        Namespace = 16,
        Name = 32,
        Group = 64,
        User = 128,
        DryRun = 256,
    }
}
