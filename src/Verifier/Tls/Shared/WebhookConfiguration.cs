using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using k8s;
using k8s.Autorest;
using k8s.Models;

namespace Kritis.Events.Verifier.Tls.Shared;

/// <summary>
/// The <c>ValidatingWebhookConfiguration</c> through which API servers call the verifiers. Of it nothing is ever changed but the
/// <c>caBundle</c> of the webhooks that name the verifiers' service.
/// </summary>
internal sealed class WebhookConfiguration(IKubernetes kubernetes, string name, string service, string ns)
{
    /// <summary>Its name, as the log says it.</summary>
    public string FullName => $"ValidatingWebhookConfiguration {name}";

    /// <summary>Reads it; null where it is not there.</summary>
    public async Task<V1ValidatingWebhookConfiguration?> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await kubernetes.AdmissionregistrationV1.ReadValidatingWebhookConfigurationAsync(name, cancellationToken: cancellationToken);
        }
        catch (HttpOperationException refusal) when (ApiProblem.IsMissing(refusal))
        {
            return null;
        }
    }

    /// <summary>The bundles of the webhooks that name the verifiers' service, by their place in the object.</summary>
    public IReadOnlyList<(int Place, byte[] Bundle)> BundlesOf(V1ValidatingWebhookConfiguration configuration) =>
    [
        .. (configuration.Webhooks ?? []).Index()
            .Where(webhook => webhook.Item.ClientConfig?.Service is { } called && called.Name == service && called.NamespaceProperty == ns)
            .Select(webhook => (webhook.Index, webhook.Item.ClientConfig.CaBundle ?? [])),
    ];

    /// <summary>Puts a bundle into every webhook of the verifiers that has another one.</summary>
    /// <returns>The object as it is then; null where it has changed since it was read.</returns>
    public async Task<V1ValidatingWebhookConfiguration?> PutAsync(V1ValidatingWebhookConfiguration read, byte[] bundle, CancellationToken cancellationToken)
    {
        // An object that has changed could have other webhooks in these places.
        var patch = new JsonArray(Operation("test", "/metadata/resourceVersion", read.Metadata.ResourceVersion));
        foreach (var (place, _) in BundlesOf(read).Where(webhook => !webhook.Bundle.AsSpan().SequenceEqual(bundle)))
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"/webhooks/{place}");
            patch.Add(Operation("test", path + "/name", read.Webhooks[place].Name));
            patch.Add(Operation("add", path + "/clientConfig/caBundle", Convert.ToBase64String(bundle)));
        }

        try
        {
            return await kubernetes.AdmissionregistrationV1.PatchValidatingWebhookConfigurationAsync(
                new V1Patch(patch.ToJsonString(), V1Patch.PatchType.JsonPatch), name, cancellationToken: cancellationToken);
        }
        catch (HttpOperationException refusal) when (ApiProblem.IsConflict(refusal) || refusal.Response?.StatusCode is HttpStatusCode.UnprocessableEntity)
        {
            return null;
        }
    }

    private static JsonObject Operation(string operation, string path, string value) => new() { ["op"] = operation, ["path"] = path, ["value"] = value };
}
