using System.Text;
using System.Text.Json.Nodes;

namespace Kritis.Events.Benchmarks.Data;

/// <summary>Admission reviews as an API server sends them: compact JSON.</summary>
internal static class Reviews
{
    private const string FixtureImage = "\"alpine:3.11\"";
    private const int Containers = 5;

    private static readonly string Pod =
        JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Reviews", "pod-create.json")))!.ToJsonString(Readable);

    private static System.Text.Json.JsonSerializerOptions Readable => new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A Pod of one image, made by a ReplicaSet, about 3 kB.</summary>
    public static byte[] OfPod(string image) => Encoding.UTF8.GetBytes(Pod.Replace(FixtureImage, $"\"{image}\"", StringComparison.Ordinal));

    /// <summary>A Pod of several containers, each with an image of its own.</summary>
    public static byte[] OfPod(IReadOnlyList<string> images)
    {
        var review = JsonNode.Parse(Pod)!;
        var spec = review["request"]!["object"]!["spec"]!.AsObject();
        var container = spec["containers"]![0]!;
        spec["containers"] = new JsonArray([.. images.Select((image, number) => Another(container, number, image))]);
        return Encoding.UTF8.GetBytes(review.ToJsonString(Readable));
    }

    /// <summary>A Deployment of five containers, with what people write into one, about 9 kB.</summary>
    public static byte[] OfDeployment(Func<int, string> image)
    {
        var review = JsonNode.Parse(Pod)!;
        var request = review["request"]!.AsObject();
        foreach (var kind in new[] { "kind", "requestKind" })
        {
            request[kind] = new JsonObject { ["group"] = "apps", ["version"] = "v1", ["kind"] = "Deployment" };
        }

        foreach (var resource in new[] { "resource", "requestResource" })
        {
            request[resource] = new JsonObject { ["group"] = "apps", ["version"] = "v1", ["resource"] = "deployments" };
        }

        request["name"] = "checkout";
        request["object"] = Deployment(request["object"]!["metadata"]!.DeepClone().AsObject(), image);
        return Encoding.UTF8.GetBytes(review.ToJsonString(Readable));
    }

    private static JsonNode Another(JsonNode container, int number, string image)
    {
        var another = container.DeepClone();
        (another["name"], another["image"]) = ($"part-{number}", image);
        return another;
    }

    private static JsonObject Deployment(JsonObject metadata, Func<int, string> image)
    {
        _ = metadata.Remove("ownerReferences");
        _ = metadata.Remove("generateName");
        metadata["name"] = "checkout";
        metadata["annotations"] = new JsonObject { ["deployment.kubernetes.io/revision"] = "4", ["kubernetes.io/change-cause"] = "release 4" };
        return new JsonObject
        {
            ["kind"] = "Deployment",
            ["apiVersion"] = "apps/v1",
            ["metadata"] = metadata,
            ["spec"] = new JsonObject
            {
                ["replicas"] = 3,
                ["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["app"] = "checkout" } },
                ["template"] = new JsonObject
                {
                    ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["app"] = "checkout", ["tier"] = "backend" } },
                    ["spec"] = new JsonObject
                    {
                        ["containers"] = new JsonArray([.. Enumerable.Range(0, Containers).Select(number => Container(number, image(number)))]),
                        ["volumes"] = new JsonArray(new JsonObject { ["name"] = "config", ["configMap"] = new JsonObject { ["name"] = "checkout", ["defaultMode"] = 420 } }),
                        ["restartPolicy"] = "Always",
                        ["terminationGracePeriodSeconds"] = 30,
                        ["dnsPolicy"] = "ClusterFirst",
                        ["securityContext"] = new JsonObject { ["runAsNonRoot"] = true },
                        ["schedulerName"] = "default-scheduler",
                    },
                },
                ["strategy"] = new JsonObject { ["type"] = "RollingUpdate", ["rollingUpdate"] = new JsonObject { ["maxUnavailable"] = "25%", ["maxSurge"] = "25%" } },
                ["revisionHistoryLimit"] = 10,
                ["progressDeadlineSeconds"] = 600,
            },
            ["status"] = new JsonObject(),
        };
    }

    private static JsonObject Container(int number, string image) => new()
    {
        ["name"] = $"part-{number}",
        ["image"] = image,
        ["args"] = new JsonArray("--listen=:8080", "--verbose=false", $"--shard={number}"),
        ["ports"] = new JsonArray(new JsonObject { ["name"] = "http", ["containerPort"] = 8080 + number, ["protocol"] = "TCP" }),
        ["env"] = new JsonArray(
            new JsonObject { ["name"] = "DATABASE_HOST", ["value"] = "postgres.default.svc" },
            new JsonObject { ["name"] = "DATABASE_PASSWORD", ["valueFrom"] = new JsonObject { ["secretKeyRef"] = new JsonObject { ["name"] = "database", ["key"] = "password" } } },
            new JsonObject { ["name"] = "NODE", ["valueFrom"] = new JsonObject { ["fieldRef"] = new JsonObject { ["apiVersion"] = "v1", ["fieldPath"] = "spec.nodeName" } } }),
        ["resources"] = new JsonObject
        {
            ["limits"] = new JsonObject { ["cpu"] = "500m", ["memory"] = "256Mi" },
            ["requests"] = new JsonObject { ["cpu"] = "100m", ["memory"] = "128Mi" },
        },
        ["volumeMounts"] = new JsonArray(new JsonObject { ["name"] = "config", ["readOnly"] = true, ["mountPath"] = "/etc/checkout" }),
        ["livenessProbe"] = Probe("/healthz"),
        ["readinessProbe"] = Probe("/readyz"),
        ["terminationMessagePath"] = "/dev/termination-log",
        ["terminationMessagePolicy"] = "File",
        ["imagePullPolicy"] = "IfNotPresent",
        ["securityContext"] = new JsonObject { ["allowPrivilegeEscalation"] = false, ["readOnlyRootFilesystem"] = true },
    };

    private static JsonObject Probe(string path) => new()
    {
        ["httpGet"] = new JsonObject { ["path"] = path, ["port"] = "http", ["scheme"] = "HTTP" },
        ["timeoutSeconds"] = 1,
        ["periodSeconds"] = 10,
        ["successThreshold"] = 1,
        ["failureThreshold"] = 3,
    };
}
