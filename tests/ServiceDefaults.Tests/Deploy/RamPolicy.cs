using System.Text.Json;

namespace Kritis.Events.ServiceDefaults.Tests.Deploy;

/// <summary>A file of <c>deploy/ram</c>. Read as strictly as RAM reads it: no comments, no members that RAM does not know.</summary>
internal sealed record RamPolicy(IReadOnlyList<RamStatement> Statements)
{
    private static readonly string[] Members = ["Version", "Statement"];
    private static readonly string[] StatementMembers = ["Effect", "Action", "Resource", "Principal", "Condition"];

    /// <summary>Every action that is allowed.</summary>
    public IEnumerable<string> Allowed => Statements.Where(statement => statement.Effect == "Allow").SelectMany(statement => statement.Actions);

    public static RamPolicy Read(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(WorkingTree.Path("deploy", "ram", file)), new JsonDocumentOptions { AllowDuplicateProperties = false });
        var root = document.RootElement;
        root.EnumerateObject().Select(member => member.Name).Should().BeEquivalentTo(Members);
        root.GetProperty("Version").GetString().Should().Be("1");
        return new RamPolicy([.. root.GetProperty("Statement").EnumerateArray().Select(Statement)]);
    }

    private static RamStatement Statement(JsonElement statement)
    {
        statement.EnumerateObject().Select(member => member.Name).Should().BeSubsetOf(StatementMembers);
        return new RamStatement
        {
            Effect = statement.GetProperty("Effect").GetString()!,
            Actions = Texts(statement, "Action"),
            Resources = Texts(statement, "Resource"),
            Principals = statement.TryGetProperty("Principal", out var principal) ? Texts(principal, "Federated") : [],
            Conditions = statement.TryGetProperty("Condition", out var condition)
                ? condition.GetProperty("StringEquals").EnumerateObject().ToDictionary(member => member.Name, member => member.Value.GetString()!)
                : [],
        };
    }

    private static string[] Texts(JsonElement parent, string name) => !parent.TryGetProperty(name, out var value) ? []
        : value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(item => item.GetString()!)]
        : [value.GetString()!];
}

/// <summary>One statement.</summary>
internal sealed record RamStatement
{
    public required string Effect { get; init; }

    public required IReadOnlyList<string> Actions { get; init; }

    public required IReadOnlyList<string> Resources { get; init; }

    public required IReadOnlyList<string> Principals { get; init; }

    public required IReadOnlyDictionary<string, string> Conditions { get; init; }
}
