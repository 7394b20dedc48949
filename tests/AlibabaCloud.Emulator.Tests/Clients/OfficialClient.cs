using System.Text.Json;
using Kritis.Events.Servers;

namespace Kritis.Events.AlibabaCloud.Emulator.Tests.Clients;

/// <summary>Alibaba Cloud's own Node.js clients, unmodified (<c>tests/alibaba-client</c>).</summary>
/// <param name="Name">The client, as <c>ask.mjs</c> names it.</param>
/// <param name="AccessKey">As whom it asks.</param>
internal sealed record OfficialClient(string Name, AccessKey AccessKey)
{
    private static readonly string Script = WorkingTree.Path("tests", "alibaba-client", "ask.mjs");

    /// <summary>Settings of its environment besides the access key.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>With the access key that every emulator has.</summary>
    public static OfficialClient Of(string name, AlibabaEmulator cloud) =>
        new(name, new AccessKey { Id = cloud.Options.AccessKeyId, Secret = cloud.Options.AccessKeySecret });

    /// <summary>Asks KMS.</summary>
    public Task<ClientAnswer> AskKmsAsync(Uri endpoint, string action, object parameters) =>
        AskAsync(endpoint, Name.StartsWith("openapi", StringComparison.Ordinal) ? "kms:" + action : action, parameters);

    /// <summary>Asks any service.</summary>
    /// <param name="endpoint">Where.</param>
    /// <param name="action">The action; with its service (<c>cr:ListRepoTag</c>) for the clients that serve several.</param>
    /// <param name="parameters">The parameters by their names.</param>
    public async Task<ClientAnswer> AskAsync(Uri endpoint, string action, object parameters)
    {
        var environment = new Dictionary<string, string>(Environment)
        {
            ["ALIBABA_CLOUD_ACCESS_KEY_ID"] = AccessKey.Id,
            ["ALIBABA_CLOUD_ACCESS_KEY_SECRET"] = AccessKey.Secret,
            ["ALIBABA_CLOUD_SECURITY_TOKEN"] = AccessKey.SecurityToken ?? "",
            ["NO_PROXY"] = "127.0.0.1",
        };
        var line = await ChildProcess.RunAsync(
            "node", [Script, Name, endpoint.GetLeftPart(UriPartial.Authority), action, JsonSerializer.Serialize(parameters)],
            TestContext.Current.CancellationToken, environment);
        using var document = JsonDocument.Parse(line);
        var root = document.RootElement;
        return root.TryGetProperty("error", out var error)
            ? new ClientAnswer(default, error.GetProperty("code").GetString(), error.GetProperty("message").GetString())
            : new ClientAnswer(root.GetProperty("answer").Clone(), null, null);
    }
}

/// <summary>What a client gave its caller.</summary>
/// <param name="Body">The answer, undefined where it threw.</param>
/// <param name="Code">The code of what it threw, null where it did not.</param>
/// <param name="Message">The message of what it threw.</param>
internal sealed record ClientAnswer(JsonElement Body, string? Code, string? Message)
{
    /// <summary>A member of the answer.</summary>
    public string Text(string name)
    {
        Code.Should().BeNull(Message);
        return Body.GetProperty(name).GetString()!;
    }
}
