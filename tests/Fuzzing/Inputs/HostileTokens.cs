using System.Text;

namespace Kritis.Events.Fuzzing.Inputs;

/// <summary>What stands where something else is expected.</summary>
internal static class HostileTokens
{
    private static readonly string[] Json =
    [
        "null", "true", "false", "0", "-1", "7", "1e999", "-1e-999", "99999999999999999999999999999999", "0.1", "\"\"", "[]", "{}", "[[]]", "[null]", "{\"\":{}}",
        "\"\\ud800\"", "\"\\udc00x\"", "\"\\u0000\"", "\"\\n\\r\\u2028\"", "\"\\u202e\"", "\"\uFEFF\"", "\"\u212A\"", "\"\U0001F600\"", "\"e\u0301\"", "\"../..\"",
        "{\"a\":1,\"a\":2}", "{\"a\":1,\"\\u0061\":2}", "\"push\"", "\"A/B\"", "\"DELETE\"", "\"CONNECT\"", "\"UPDATE\"", "\"CREATE\"", "\"Scale\"", "\"Eviction\"", "\"Pod\"",
        "\"autoscaling\"", "\"policy\"", "\"batch\"", "\"default\"", "\"kube-system\"", "\"auto\"", "\"application/vnd.oci.image.index.v1+json\"", "\"2026-02-30T25:61:61Z\"",
        "\"9999-12-31T23:59:59.9999999-14:00\"", "\"sha512:0123456789012345678901234567890123456789\"", "\"AAAA\"", "\"=\"", "\"latest\"", "\"cr:Artifact:PushCompleted\"",
    ];

    private static readonly string[] Images =
    [
        "alpine", "alpine:3.11", "registry.example.com/team/app:1.0", "REGISTRY.example.com/team/app", "registry.example.com/team/app@sha256:", "a:b@sha256:c",
        $"registry.example.com/team/app@sha256:{new string('a', 64)}", $"registry.example.com/team/app@sha256:{new string('A', 64)}",
        $"registry.example.com/team/evil@sha256:{new string('e', 64)}", $"evil.example/registry.example.com/team/app@sha256:{new string('a', 64)}",
        $"registry.example.com/team/app@sha256:{new string('a', 64)}@sha256:{new string('e', 64)}", $"registry.example.com/team/app/../evil@sha256:{new string('a', 64)}",
        $"registry.example.com./team/app@sha256:{new string('a', 64)}", $"inside.example/team/app@sha256:{new string('a', 64)}",
    ];

    private static readonly string[] Marks =
    [
        ",", ":", "{", "}", "[", "]", "\"", "\\", "\\u0069", "/", "//", "@", "@sha256:", "*", "**", "..", "%00", "%", "\0", "\n", "\r\n", "\t", " ", "\u00A0", "\uFEFF", "\u2028",
        "- ", "---\n", "...\n", "? ", ": ", "|", ">", "&a ", "*a", "!!binary ", "<<: ", "#", "'", "%YAML 1.1\n", "~", "\u0085", "[::1]:5000/", "localhost/", "sha256:",
    ];

    /// <summary>Values, also lawful ones of another kind.</summary>
    public static IReadOnlyList<byte[]> Values { get; } = [.. Json.Concat(Images.Select(image => $"\"{image}\"")).Select(Encoding.UTF8.GetBytes)];

    /// <summary>Pieces that mean something to a reader of JSON, YAML or names, wherever they stand.</summary>
    public static IReadOnlyList<byte[]> Anywhere { get; } = [.. Marks.Concat(Images).Concat(Json).Select(Encoding.UTF8.GetBytes)];
}
