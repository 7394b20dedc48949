using System.Text.Json;
using System.Text.Json.Nodes;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.Contracts.Wire;

namespace Kritis.Events.Contracts.Tests.Wire;

public class WireJsonTests
{
    private const string Image = "registry.example:5000/demo/alpine@sha256:ddba4d27a7ffc3f86dd6c2f92041af252a1f23a8e742c90e6e1297bfa1bc0c45";
    private const string Sha = "sha256:ddba4d27a7ffc3f86dd6c2f92041af252a1f23a8e742c90e6e1297bfa1bc0c45";

    /// <summary>These texts are the contract with subscribers in other languages. They may gain optional members and change in no other way.</summary>
    private static readonly Dictionary<string, string> Golden = new()
    {
        ["image-pushed"] = $$"""{"eventId":"6f1c","image":"{{Image}}","tag":"3.11","mediaType":"application/vnd.oci.image.manifest.v1\u002Bjson","source":"distribution","actor":"ci","pushedAt":"2026-11-24T04:09:43.125+08:00","receivedAt":"2026-11-23T20:09:43.125+00:00"}""",
        ["attestation-created"] = $$"""{"id":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","image":"{{Image}}","witness":"release","keyFingerprint":"{{Sha}}","keyId":"release-2026","keyVersionId":"v1","algorithm":"RSA_PKCS1_SHA_256","payload":"eyJhIjoxfQ==","signature":"+//+AA==","rule":"demo","tag":"3.11","eventId":"6f1c","createdAt":"2026-11-23T20:09:43.125+00:00"}""",
        ["attestation-revoked"] = $$"""{"id":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","image":"{{Image}}","witness":"release","reason":"CVE \u00221\u0022 \u003Cgr\u00F6\u00DFe\u003E","keyFingerprint":"{{Sha}}","algorithm":"ECDSA_SHA_256","payload":"e30=","signature":"AQI=","revokedAt":"2026-11-23T20:09:43.125+00:00"}""",
        ["signing-skipped"] = $$"""{"eventId":"6f1c","image":"{{Image}}","tag":"3.11","reason":"NoRule","explanation":"No rule matches.","skippedAt":"2026-11-23T20:09:43.125+00:00"}""",
        ["signing-failed"] = $$"""{"eventId":"6f1c","image":"{{Image}}","tag":"3.11","rule":"demo","witness":"release","keyId":"release-2026","code":"NotInRegistry","error":"The registry does not hold it.","attempts":5,"failedAt":"2026-11-23T20:09:43.125+00:00"}""",
        ["admission-decided"] = """{"uid":"705ab4f5","cluster":"default","namespace":"prod","kind":"Pod","name":"web","operation":"CREATE","user":"alice","allowed":false,"dryRun":false,"reason":"An image is not attested.","policies":["default-namespace"],"images":[{"image":"alpine:3.11","attested":false,"explanation":"It names no digest.","attestations":["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"]}],"decidedAt":"2026-11-23T20:09:43.125+00:00","durationMicroseconds":12.5}""",
        ["workload-violated"] = """{"id":"0f2c/9d1e/20261123","cluster":"default","namespace":"prod","kind":"Pod","name":"web-1","uid":"0f2c","dryRun":false,"reason":"An image is not attested any more.","policies":["default-namespace"],"images":[{"image":"alpine:3.11","attested":false,"explanation":"It was revoked.","attestations":[]}],"foundAt":"2026-11-23T20:09:43.125+00:00"}""",
    };

    public static TheoryData<string> Names => Samples.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void A_message_is_written_in_exactly_this_text(string name) => Write(Samples.Of(name)).Should().Be(Golden[name]);

    [Theory]
    [MemberData(nameof(Names))]
    public void A_message_that_was_read_is_written_as_it_was(string name) => Write(Read(Golden[name], name)!).Should().Be(Golden[name]);

    [Theory]
    [MemberData(nameof(Names))]
    public void Members_of_a_later_version_are_passed_over(string name)
    {
        var later = JsonNode.Parse(Golden[name])!.AsObject();
        later["somethingNew"] = new JsonObject { ["deep"] = new JsonArray(1, "2", null) };
        Write(Read(later.ToJsonString(), name)!).Should().Be(Golden[name]);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Optional_members_are_absent_instead_of_null(string name)
    {
        var least = JsonNode.Parse(Golden[name])!.AsObject();
        var required = Required(Samples.Of(name).GetType());
        foreach (var optional in least.Select(member => member.Key).Where(member => !required.Contains(member)).ToList())
        {
            _ = least.Remove(optional);
        }

        var text = Write(Read(least.ToJsonString(), name)!);
        text.Should().NotContain("null");
        JsonNode.DeepEquals(JsonNode.Parse(text), least).Should().BeTrue();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_message_without_a_required_member_or_with_null_for_it_is_refused(string name)
    {
        foreach (var member in Required(Samples.Of(name).GetType()))
        {
            var without = JsonNode.Parse(Golden[name])!.AsObject();
            _ = without.Remove(member);
            Refused(without.ToJsonString(), name, "{0} is missing", member);
            if (member is "payload" or "signature")
            {
                continue; // Null is read as no bytes, which no key ever signed.
            }

            without[member] = null;
            Refused(without.ToJsonString(), name, "{0} is null", member);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_member_that_stands_twice_is_refused_known_or_not(string name)
    {
        var first = Required(Samples.Of(name).GetType())[0];
        var value = JsonNode.Parse(Golden[name])![first]!.ToJsonString();
        Refused($"{Golden[name][..^1]},\"{first}\":{value}}}", name, "{0} stands twice", first);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_body_that_is_cut_off_anywhere_is_refused(string name)
    {
        for (var length = 0; length < Golden[name].Length; length++)
        {
            Refused(Golden[name][..length], name, "it ends after {0} characters", length);
        }
    }

    [Theory]
    [InlineData("\"image\":null")]
    [InlineData("\"image\":5")]
    [InlineData("\"image\":{}")]
    [InlineData("\"image\":\"alpine\"")]
    [InlineData("\"image\":\"alpine@" + Sha + "\"")]
    [InlineData("\"image\":\"\\ud800\"")]
    [InlineData("\"receivedAt\":\"yesterday\"")]
    [InlineData("\"receivedAt\":1700000000")]
    [InlineData("\"eventId\":5")]
    [InlineData("\"eventId\":\"\\udc00\"")]
    public void A_member_of_another_shape_is_refused(string member)
    {
        var name = member[1..member.IndexOf(':', StringComparison.Ordinal)].TrimEnd('"');
        var text = JsonNode.Parse(Golden["image-pushed"])!.AsObject();
        _ = text.Remove(name);
        Refused(text.ToJsonString()[..^1] + "," + member + "}", "image-pushed", "{0}", member);
    }

    [Fact]
    public void Member_names_in_another_case_are_not_the_members() =>
        Refused(Golden["image-pushed"].Replace("\"image\"", "\"Image\"", StringComparison.Ordinal), "image-pushed", "names are camelCase");

    [Fact]
    public void Base64_that_is_none_is_refused()
    {
        Refused(Golden["attestation-created"].Replace("eyJhIjoxfQ==", "eyJhIjoxfQ=", StringComparison.Ordinal), "attestation-created", "padding");
        Refused(Golden["attestation-created"].Replace("eyJhIjoxfQ==", "eyJhIjox_Q==", StringComparison.Ordinal), "attestation-created", "alphabet");
    }

    [Theory]
    [InlineData(new byte[] { 0x22, 0xff, 0x22 })]
    [InlineData(new byte[] { 0xef, 0xbb, 0xbf, 0x7b, 0x7d })]
    [InlineData(new byte[] { 0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00 })]
    public void Bytes_in_another_encoding_are_refused(byte[] body) =>
        FluentActions.Invoking(() => JsonSerializer.Deserialize(body, WireJson.Default.ImagePushed)).Should().Throw<JsonException>();

    [Fact]
    public void Seeded_damage_to_a_body_gives_a_message_or_a_refusal_and_nothing_else()
    {
        var random = new Random(20261123);
        var names = Golden.Keys.ToArray();
        for (var round = 0; round < 50_000; round++)
        {
            var name = names[round % names.Length];
            var body = System.Text.Encoding.UTF8.GetBytes(Golden[name]);
            for (var damage = random.Next(1, 5); damage > 0; damage--)
            {
                body[random.Next(body.Length)] = (byte)random.Next(256);
            }

            try
            {
                _ = JsonSerializer.Deserialize(body, Samples.Of(name).GetType(), WireJson.Default);
            }
            catch (JsonException)
            {
                // The one refusal that readers expect; anything else fails the test.
            }
        }
    }

    [Fact]
    public void The_digest_of_a_message_is_read_strictly()
    {
        var text = Golden["attestation-created"].Replace(
            "\"keyFingerprint\":\"sha256:", "\"keyFingerprint\":\"sha512:", StringComparison.Ordinal);
        Refused(text, "attestation-created", "the algorithm is another");
        JsonSerializer.Deserialize<Digest>($"\"{Sha}\"").Should().Be(Digest.Parse(Sha));
    }

    private static string[] Required(Type type) =>
    [
        .. WireJson.Default.GetTypeInfo(type)!.Properties.Where(property => property.IsRequired).Select(property => property.Name),
    ];

    private static string Write(object message) => JsonSerializer.Serialize(message, message.GetType(), WireJson.Default);

    private static object? Read(string text, string name) => JsonSerializer.Deserialize(text, Samples.Of(name).GetType(), WireJson.Default);

    private static void Refused(string text, string name, string because, params object[] arguments) =>
        FluentActions.Invoking(() => Read(text, name)).Should().Throw<JsonException>(because, arguments);
}
