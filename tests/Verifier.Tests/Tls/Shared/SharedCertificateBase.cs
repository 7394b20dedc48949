using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;

namespace Kritis.Events.Verifier.Tests.Tls.Shared;

/// <summary>Verifiers, a small API server and a clock that a test moves.</summary>
public abstract class SharedCertificateBase : IAsyncLifetime
{
    private readonly List<Replica> _replicas = [];

    private protected FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));

    private protected SmallApiServer Server { get; private set; } = null!;

    private protected IReadOnlyList<string> Log => [.. _replicas.SelectMany(replica => replica.Log.Lines)];

    public async ValueTask InitializeAsync()
    {
        Server = await SmallApiServer.StartAsync();
        Server.Set(SmallApiServer.ConfigurationPath, Configuration());
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        _replicas.ForEach(replica => replica.Dispose());
        return Server.DisposeAsync();
    }

    private protected Replica NewReplica(params string[] furtherNames)
    {
        var replica = new Replica(Server, Time, furtherNames);
        _replicas.Add(replica);
        return replica;
    }

    private protected async Task<Replica> StartedReplicaAsync()
    {
        var replica = NewReplica();
        await replica.LookAsync();
        replica.HasCertificate.Should().BeTrue();
        return replica;
    }

    private protected async Task AfterAsync(TimeSpan time, params Replica[] replicas)
    {
        Time.Advance(time);
        foreach (var replica in replicas)
        {
            await replica.LookAsync();
        }
    }

    /// <summary>A webhook configuration as an administrator applies it, with webhooks of others and fields of later releases in it.</summary>
    private protected static JsonObject Configuration() => JsonNode.Parse(
        """
        { "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration",
          "metadata": { "name": "kritis-validation-hook", "labels": { "a": "b" } },
          "webhooks": [
            { "name": "kritis-validation-hook-pods.grafeas.io", "failurePolicy": "Fail", "matchConditions": [{ "name": "x", "expression": "true" }],
              "clientConfig": { "service": { "name": "kritis-verifier", "namespace": "kritis", "path": "/validate", "port": 443 } } },
            { "name": "other.example.com", "clientConfig": { "service": { "name": "other", "namespace": "kritis" }, "caBundle": "b3RoZXI=" } },
            { "name": "elsewhere.example.com", "clientConfig": { "service": { "name": "kritis-verifier", "namespace": "elsewhere" } } },
            { "name": "url.example.com", "clientConfig": { "url": "https://kritis-verifier.kritis.svc/validate" } },
            { "name": "kritis-validation-hook-deployments.grafeas.io", "timeoutSeconds": 9,
              "clientConfig": { "service": { "name": "kritis-verifier", "namespace": "kritis", "path": "/validate" }, "caBundle": "Cg==" } } ] }
        """)!.AsObject();
}
