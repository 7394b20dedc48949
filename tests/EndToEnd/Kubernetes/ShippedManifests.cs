using System.Text.Json;
using System.Text.Json.Nodes;
using Kritis.Events.EndToEnd.System;
using Kritis.Events.Servers;

namespace Kritis.Events.EndToEnd.Kubernetes;

/// <summary>
/// What <c>deploy/kubernetes</c> installs, changed in one thing only: the Service leads to this machine (an <c>ExternalName</c>) on the port that a process
/// listens at, because there is no node to run a Pod on.
/// </summary>
internal static class ShippedManifests
{
    public const string Namespace = "kritis";
    public const string Service = "kritis-verifier";
    private static readonly string Folder = Path.Combine(Repository.Root, "deploy", "kubernetes");

    public static async Task ApplyAsync(KubernetesApiServer server, int port, CancellationToken cancellationToken)
    {
        // Releases since 1.21 set it by themselves and let nobody change it.
        await Expect(server.KubectlAsync(cancellationToken, "label", "namespace", "kube-system", "kubernetes.io/metadata.name=kube-system"));
        var objects = await ObjectsAsync(server, cancellationToken);
        await Expect(server.KubectlAsync(ListOf(objects.Where(IsDefinition)), cancellationToken, "apply", "-f", "-"));
        await Expect(server.KubectlAsync(cancellationToken, "wait", "--for=condition=Established", "crd", "--all", "--timeout=60s"));
        await Eventually.Async("the API server serves the custom resources", async () =>
            (await server.KubectlAsync(cancellationToken, "get", "securitypolicies,genericattestationpolicies", "--all-namespaces")).Succeeded, cancellationToken);
        var rest = objects.Where(item => !IsDefinition(item)).Select(item => Led(item, port));
        await Expect(server.KubectlAsync(ListOf(rest), cancellationToken, "apply", "-f", "-"));
        await Expect(server.KubectlAsync(cancellationToken, "label", "namespace", Namespace, $"kubernetes.io/metadata.name={Namespace}", "--overwrite"));
    }

    private static async Task<IReadOnlyList<JsonObject>> ObjectsAsync(KubernetesApiServer server, CancellationToken cancellationToken)
    {
        // kubectl turns YAML into JSON.
        var yaml = await Expect(server.KubectlAsync(cancellationToken, "kustomize", Folder));
        var json = await Expect(server.KubectlAsync(yaml, cancellationToken, "create", "--dry-run=client", "--validate=false", "-o", "json", "-f", "-"));
        return [.. Documents(json)];
    }

    /// <summary>kubectl writes one JSON document behind another.</summary>
    private static IEnumerable<JsonObject> Documents(string json)
    {
        var bytes = global::System.Text.Encoding.UTF8.GetBytes(json);
        var found = new List<JsonObject>();
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { AllowMultipleValues = true });
        while (reader.Read())
        {
            var node = JsonNode.Parse(ref reader)!.AsObject();
            found.AddRange(node["kind"]!.GetValue<string>() == "List" ? node["items"]!.AsArray().Select(item => item!.AsObject()) : [node]);
        }

        return found;
    }

    private static JsonObject Led(JsonObject item, int port)
    {
        var led = item.DeepClone().AsObject();
        switch (led["kind"]!.GetValue<string>())
        {
            case "Service" when led["metadata"]!["name"]!.GetValue<string>() == Service:
                led["spec"] = new JsonObject { ["type"] = "ExternalName", ["externalName"] = "localhost" };
                break;
            case "ValidatingWebhookConfiguration":
                foreach (var webhook in led["webhooks"]!.AsArray())
                {
                    webhook!["clientConfig"]!["service"]!["port"] = port;
                }

                break;
        }

        return led;
    }

    private static bool IsDefinition(JsonObject item) => item["kind"]!.GetValue<string>() is "CustomResourceDefinition";

    private static string ListOf(IEnumerable<JsonObject> items) => new JsonObject
    {
        ["apiVersion"] = "v1",
        ["kind"] = "List",
        ["items"] = new JsonArray([.. items.Select(item => item.DeepClone())]),
    }.ToJsonString();

    private static async Task<string> Expect(Task<CommandResult> command)
    {
        var result = await command;
        result.Succeeded.Should().BeTrue(result.ToString());
        return result.Output;
    }
}
