using System.Text.Json;
using System.Text.RegularExpressions;
using Kritis.Events.Servers;

namespace Kritis.Events.EndToEnd.Containers;

/// <summary>A Dockerfile of <c>deploy/containers</c>: its instructions, continued lines put together.</summary>
internal sealed partial record Dockerfile(string Name, IReadOnlyList<Dockerfile.Instruction> Instructions)
{
    /// <summary>Those after the last FROM: what the image is.</summary>
    public IReadOnlyList<Instruction> Image => [.. Instructions.Skip(LastFrom)];

    /// <summary>Those of the stages before: how it is built.</summary>
    public IReadOnlyList<Instruction> Build => [.. Instructions.Take(LastFrom)];

    /// <summary>What the image starts, in exec form.</summary>
    public IReadOnlyList<string> Entrypoint => JsonSerializer.Deserialize<string[]>(Image.Single(instruction => instruction.Name == "ENTRYPOINT").Arguments)!;

    /// <summary>The image's own variables.</summary>
    public IReadOnlyDictionary<string, string> Environment => Image.Where(instruction => instruction.Name == "ENV")
        .SelectMany(instruction => instruction.Words).Select(word => word.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);

    private int LastFrom => Instructions.Count - 1 - Instructions.Reverse().TakeWhile(instruction => instruction.Name != "FROM").Count();

    /// <param name="service"><c>Signer</c> or <c>Verifier</c>.</param>
    public static Dockerfile Of(string service)
    {
        var lines = File.ReadAllLines(PathOf(service)).Where(line => !line.TrimStart().StartsWith('#') && line.Trim().Length > 0);
        var text = Continuation().Replace(string.Join('\n', lines), " ");
        return new Dockerfile(service, [.. text.Split('\n').Select(line => line.Split(' ', 2)).Select(parts => new Instruction(parts[0], parts[1].Trim()))]);
    }

    public static string PathOf(string service) => WorkingTree.Path("deploy", "containers", $"{service}.Dockerfile");

    [GeneratedRegex(@"\\\n\s*")]
    private static partial Regex Continuation();

    /// <summary>One instruction.</summary>
    internal sealed record Instruction(string Name, string Arguments)
    {
        public IReadOnlyList<string> Words => Arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries);

        /// <summary>What a COPY copies, and where to.</summary>
        public (IReadOnlyList<string> Sources, string Target) Copied
        {
            get
            {
                var paths = Words.Where(word => !word.StartsWith("--", StringComparison.Ordinal)).ToList();
                return (paths[..^1], paths[^1]);
            }
        }

        public bool IsCopyFromContext => Name == "COPY" && !Arguments.StartsWith("--from=", StringComparison.Ordinal);
    }
}
