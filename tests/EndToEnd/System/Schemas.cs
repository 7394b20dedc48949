using System.Text.Json.Nodes;
using Kritis.Events.Servers;

namespace Kritis.Events.EndToEnd.System;

/// <summary>The published JSON Schemas, as a program in another language applies them.</summary>
internal static class Schemas
{
    /// <returns>How many messages fulfil the schema of their exchange and how many do not, as <c>5 right, 0 wrong</c>.</returns>
    public static async Task<string> ValidateAsync(IEnumerable<Heard> messages, CancellationToken cancellationToken)
    {
        using var folder = new ServerFolder("schemas");
        var lines = messages.Select(heard => new JsonObject
        {
            ["schema"] = heard.Exchange["kritis.".Length..],
            ["body"] = heard.Body!.DeepClone(),
        }.ToJsonString());
        var file = folder.Write("messages", string.Join('\n', lines));
        var script = $"node '{Repository.Root}/tests/subscriber/validate.mjs' '{Repository.Root}/docs/schemas' < '{file}'";
        return (await ChildProcess.RunAsync("bash", ["-c", script], cancellationToken)).Trim();
    }
}
