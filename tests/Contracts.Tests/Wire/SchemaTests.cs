using System.Text.Json;
using System.Text.RegularExpressions;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.Contracts.Wire;
using YamlDotNet.RepresentationModel;

namespace Kritis.Events.Contracts.Tests.Wire;

/// <summary>docs/schemas and docs/asyncapi.yaml name what the records have, no more and no less.</summary>
public class SchemaTests
{
    public static TheoryData<string> Names => Samples.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void A_schema_has_the_members_of_its_record(string name)
    {
        using var schema = Schema(name);
        SameMembers(schema.RootElement, Samples.Of(name).GetType());
        schema.RootElement.GetProperty("title").GetString().Should().Be(Samples.Of(name).GetType().Name);
        schema.RootElement.TryGetProperty("additionalProperties", out _).Should().BeFalse("a later version may have more members");
    }

    [Theory]
    [InlineData("admission-decided")]
    [InlineData("workload-violated")]
    public void The_decision_about_one_image_has_the_members_of_its_record(string name)
    {
        using var schema = Schema(name);
        SameMembers(schema.RootElement.GetProperty("$defs").GetProperty("imageDecision"), typeof(ImageDecision));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_real_message_meets_the_patterns_of_its_schema(string name)
    {
        using var schema = Schema(name);
        using var message = JsonDocument.Parse(JsonSerializer.Serialize(Samples.Of(name), Samples.Of(name).GetType(), WireJson.Default));
        foreach (var member in schema.RootElement.GetProperty("properties").EnumerateObject())
        {
            if (member.Value.TryGetProperty("pattern", out var pattern))
            {
                message.RootElement.GetProperty(member.Name).GetString().Should().MatchRegex(new Regex(pattern.GetString()!, RegexOptions.ECMAScript));
            }
        }
    }

    [Fact]
    public void The_AsyncAPI_document_names_every_exchange_stream_header_and_schema()
    {
        var document = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "docs", "asyncapi.yaml"));
        FluentActions.Invoking(() => new YamlStream().Load(new StringReader(document))).Should().NotThrow();
        foreach (var name in MessageNames.ByType.Values)
        {
            document.Should().Contain($"address: {name}\n").And.Contain($"'./schemas/{name["kritis.".Length..]}.json'");
        }

        document.Should().Contain($"address: {MessageNames.AttestationLog}\n").And.Contain($"address: {MessageNames.AuditTrail}\n");
        foreach (var header in CloudEvent.Headers(Samples.ImagePushed, "/x", DateTimeOffset.UnixEpoch).Keys)
        {
            document.Should().Contain($"        {header}: {{");
        }
    }

    private static void SameMembers(JsonElement schema, Type type)
    {
        var members = WireJson.Default.GetTypeInfo(type)!.Properties;
        schema.GetProperty("properties").EnumerateObject().Select(property => property.Name)
            .Should().Equal(members.Select(member => member.Name));
        schema.GetProperty("required").EnumerateArray().Select(member => member.GetString())
            .Should().Equal(members.Where(member => member.IsRequired).Select(member => member.Name));
    }

    private static JsonDocument Schema(string name) =>
        JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "docs", "schemas", name + ".json")));
}
