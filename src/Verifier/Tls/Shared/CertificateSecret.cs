using System.Text;
using k8s;
using k8s.Autorest;
using k8s.Models;
using Kritis.Events.Verifier.Tls.Own;

namespace Kritis.Events.Verifier.Tls.Shared;

/// <summary>
/// The Secret (type <c>kubernetes.io/tls</c>) in which the verifiers of a cluster share their certificates. Of several who write at once one
/// wins; the others read again.
/// </summary>
internal sealed class CertificateSecret(IKubernetes kubernetes, string ns, string name)
{
    private (string Version, StockReading Found)? _last;

    /// <summary>Its name, as the log says it.</summary>
    public string FullName => $"Secret {ns}/{name}";

    /// <summary>Reads it.</summary>
    /// <returns>The certificates in it, and the object that a change is based on; no object where there is none.</returns>
    public async Task<(StockReading Found, V1Secret? Object)> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            var secret = await kubernetes.CoreV1.ReadNamespacedSecretAsync(name, ns, cancellationToken: cancellationToken);
            if (_last is not { } last || last.Version != secret.Metadata.ResourceVersion)
            {
                var found = StockReading.Of(entry => secret.Data?.TryGetValue(entry, out var bytes) == true && bytes is not null ? Encoding.UTF8.GetString(bytes) : null);
                _last = last = (secret.Metadata.ResourceVersion, found);
            }

            return (last.Found, secret);
        }
        catch (HttpOperationException refusal) when (ApiProblem.IsMissing(refusal))
        {
            return (StockReading.Nothing, null);
        }
    }

    /// <summary>Writes certificates over the object that was read, or makes the object.</summary>
    /// <returns>Whether they were written; false where another writer was faster.</returns>
    public async Task<bool> WriteAsync(V1Secret? basedOn, CertificateStock stock, CancellationToken cancellationToken)
    {
        try
        {
            _ = await (basedOn is null ? CreateAsync(stock, cancellationToken) : ReplaceAsync(basedOn, stock, cancellationToken));
            return true;
        }
        catch (HttpOperationException refusal) when (ApiProblem.IsConflict(refusal) || (basedOn is not null && ApiProblem.IsMissing(refusal)))
        {
            return false;
        }
    }

    private Task<V1Secret> CreateAsync(CertificateStock stock, CancellationToken cancellationToken)
    {
        var labels = new Dictionary<string, string> { ["app.kubernetes.io/name"] = "kritis-verifier", ["app.kubernetes.io/managed-by"] = "kritis-verifier" };
        var secret = new V1Secret
        {
            ApiVersion = "v1",
            Kind = "Secret",
            Type = "kubernetes.io/tls",
            Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = ns, Labels = labels },
            Data = new Dictionary<string, byte[]>(),
        };
        Put(secret.Data, stock);
        return kubernetes.CoreV1.CreateNamespacedSecretAsync(secret, ns, cancellationToken: cancellationToken);
    }

    /// <summary>The object goes back with the resource version it came with, so that nothing written in between is lost.</summary>
    private Task<V1Secret> ReplaceAsync(V1Secret secret, CertificateStock stock, CancellationToken cancellationToken)
    {
        secret.Data ??= new Dictionary<string, byte[]>();
        Put(secret.Data, stock);
        return kubernetes.CoreV1.ReplaceNamespacedSecretAsync(secret, name, ns, cancellationToken: cancellationToken);
    }

    private static void Put(IDictionary<string, byte[]> data, CertificateStock stock)
    {
        foreach (var (entry, content) in stock.Entries)
        {
            if (content is null)
            {
                _ = data.Remove(entry);
            }
            else
            {
                data[entry] = Encoding.UTF8.GetBytes(content);
            }
        }
    }
}
