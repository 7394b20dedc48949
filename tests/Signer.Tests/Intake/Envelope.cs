using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kritis.Events.Signer.Tests.Intake;

/// <summary>Makes envelopes for tests out of one good event.</summary>
internal static class Envelope
{
    public const string Hex = "68cce1686d6084c535e1877ba3e00ceb8d3ddc26abde0eb16b1fbfa415a61ccd";

    public static JsonObject Push(string repository = "kritis-demo/alpine", string? tag = "3.11", string url = "http://127.0.0.1:45055/v2/x") => new()
    {
        ["id"] = "45917247-aeb5-428e-b70c-aef39567d82c",
        ["timestamp"] = "2026-11-23T17:45:43.748569366Z",
        ["action"] = "push",
        ["target"] = new JsonObject
        {
            ["mediaType"] = "application/vnd.oci.image.manifest.v1+json",
            ["digest"] = "sha256:" + Hex,
            ["repository"] = repository,
            ["url"] = url,
            ["tag"] = tag,
            ["references"] = new JsonArray(
                new JsonObject { ["mediaType"] = "application/vnd.oci.image.config.v1+json", ["digest"] = "sha256:" + Hex },
                new JsonObject { ["mediaType"] = "application/vnd.oci.image.layer.v1.tar+gzip", ["digest"] = "sha256:" + Hex }),
        },
        ["request"] = new JsonObject { ["host"] = "127.0.0.1:45055" },
        ["actor"] = new JsonObject { ["name"] = "robot" },
    };

    /// <summary>A good event with one member set; the path is of the form <c>target.tag</c>.</summary>
    public static JsonObject PushWith(string path, JsonNode? value)
    {
        var push = Push();
        var names = path.Split('.');
        JsonNode at = push;
        foreach (var name in names[..^1])
        {
            at = at[name]!;
        }

        at[names[^1]] = value;
        return push;
    }

    public static string Of(params JsonNode?[] events) => new JsonObject { ["events"] = new JsonArray(events) }.ToJsonString();

    /// <summary>An envelope whose second event is the good one with a member set to raw JSON.</summary>
    public static string SecondWith(string path, string rawJson) =>
        Of(Push(), PushWith(path, "RAW")).Replace("\"RAW\"", rawJson, StringComparison.Ordinal);

    /// <summary>An envelope whose second event lacks a member.</summary>
    public static string SecondWithout(string path)
    {
        var push = Push();
        var (parent, name) = path.Split('.') is [var first, var second] ? (push[first]!.AsObject(), second) : (push, path);
        parent.Remove(name).Should().BeTrue();
        return Of(Push(), push);
    }

    public static string Reason(string problemJson) => JsonDocument.Parse(problemJson).RootElement.GetProperty("detail").GetString()!;
}
