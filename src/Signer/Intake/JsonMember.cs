using System.Text.Json;

namespace Kritis.Events.Signer.Intake;

/// <summary>A member of a foreign JSON document with the path that errors name. Reading what is not as expected throws <see cref="MalformedException"/>.</summary>
internal readonly record struct JsonMember(string Path, JsonElement? Value)
{
    private bool IsAbsent => Value is null or { ValueKind: JsonValueKind.Null };

    /// <summary>The member of this object, which must be one; absent where this is absent.</summary>
    public JsonMember this[string name]
    {
        get
        {
            var path = $"{Path}.{name}";
            if (IsAbsent)
            {
                return new JsonMember(path, null);
            }

            return Expect(JsonValueKind.Object, "an object").TryGetProperty(name, out var value)
                ? new JsonMember(path, value)
                : new JsonMember(path, null);
        }
    }

    /// <summary>The text, or null where the member is absent, null or empty.</summary>
    public string? Text()
    {
        if (IsAbsent)
        {
            return null;
        }

        var value = Expect(JsonValueKind.String, "a string");
        try
        {
            return value.GetString() is { Length: > 0 } text ? text : null;
        }
        catch (InvalidOperationException)
        {
            throw Malformed("is not lawful Unicode");
        }
    }

    /// <summary>The text, which must be there.</summary>
    public string RequiredText() => Text() ?? throw Malformed("is missing or empty");

    /// <summary>The object, which must be there.</summary>
    public JsonMember RequiredObject()
    {
        _ = IsAbsent ? throw Malformed("is missing") : Expect(JsonValueKind.Object, "an object");
        return this;
    }

    /// <summary>The time, or null where the member is absent.</summary>
    public DateTimeOffset? Time()
    {
        if (Text() is null)
        {
            return null;
        }

        return Value!.Value.TryGetDateTimeOffset(out var time) ? time : throw Malformed("is not an RFC 3339 time");
    }

    /// <summary>The items of the array; none where the member is absent.</summary>
    public IReadOnlyList<JsonMember> Items()
    {
        if (IsAbsent)
        {
            return [];
        }

        var path = Path;
        return [.. Expect(JsonValueKind.Array, "an array").EnumerateArray().Select((item, index) => new JsonMember($"{path}[{index}]", item))];
    }

    /// <summary>The error that names this member.</summary>
    /// <param name="problem">What is wrong with it, to stand behind its path.</param>
    public MalformedException Malformed(string problem) => new($"{Path} {problem}");

    private JsonElement Expect(JsonValueKind kind, string name) => Value!.Value.ValueKind == kind
        ? Value.Value
        : throw Malformed($"is {Describe(Value.Value.ValueKind)}: expected {name}");

    private static string Describe(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        _ => "true, false or null",
    };
}

/// <summary>A foreign document is not as expected; the message names the member and is fit to be sent back.</summary>
internal sealed class MalformedException(string message) : Exception(message);
