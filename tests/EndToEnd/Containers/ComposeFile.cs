using Kritis.Events.Servers;
using YamlDotNet.RepresentationModel;

namespace Kritis.Events.EndToEnd.Containers;

/// <summary><c>deploy/compose/compose.yaml</c> as <c>docker-compose config</c> reads it.</summary>
internal sealed record ComposeFile(YamlMappingNode Root)
{
    public const string Password = "0f6a1c7e3b";

    public const string Token = "5d9e0b7f21c84a36";

    public IEnumerable<string> Services => Map(Root["services"]).Children.Keys.Select(key => ((YamlScalarNode)key).Value!);

    public YamlMappingNode Service(string name) => Map(Map(Root["services"])[name]);

    /// <summary>A service's variables.</summary>
    public Dictionary<string, string> Environment(string service) =>
        Map(Service(service)["environment"]).Children.ToDictionary(pair => ((YamlScalarNode)pair.Key).Value!, pair => ((YamlScalarNode)pair.Value).Value!);

    /// <summary>The entries of a list.</summary>
    public IReadOnlyList<string> List(string service, string name) =>
        Service(service).Children.TryGetValue(name, out var list) ? [.. ((YamlSequenceNode)list).Select(item => item.ToString())] : [];

    public static async Task<ComposeFile> ReadAsync(CancellationToken cancellationToken)
    {
        using var folder = new ServerFolder("compose");
        var example = await File.ReadAllTextAsync(WorkingTree.Path("deploy", "compose", ".env.example"), cancellationToken);
        var filled = folder.Write(".env", example
            .Replace("KRITIS_BUS_PASSWORD=", "KRITIS_BUS_PASSWORD=" + Password, StringComparison.Ordinal)
            .Replace("KRITIS_INTAKE_TOKEN=", "KRITIS_INTAKE_TOKEN=" + Token, StringComparison.Ordinal));
        var result = await ConfigAsync(filled, cancellationToken);
        result.Succeeded.Should().BeTrue(result.ToString());
        var yaml = new YamlStream();
        yaml.Load(new StringReader(result.Output));
        return new ComposeFile(Map(yaml.Documents.Single().RootNode));
    }

    /// <summary>What the program says to the file with the variables of <paramref name="environmentFile"/>.</summary>
    public static Task<CommandResult> ConfigAsync(string environmentFile, CancellationToken cancellationToken) => CommandResult.OfAsync(
        "docker-compose", ["-f", WorkingTree.Path("deploy", "compose", "compose.yaml"), "--env-file", environmentFile, "config"],
        null, new Dictionary<string, string>(), WorkingTree.Path(), cancellationToken);

    private static YamlMappingNode Map(YamlNode node) => (YamlMappingNode)node;
}
