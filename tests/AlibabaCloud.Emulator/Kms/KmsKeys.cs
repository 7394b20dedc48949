using System.Collections.Concurrent;

namespace Kritis.Events.AlibabaCloud.Emulator.Kms;

/// <summary>The keys of KMS in all regions.</summary>
public sealed class KmsKeys : IDisposable
{
    private readonly ConcurrentDictionary<string, KmsKey> _keys = new();
    private readonly ConcurrentDictionary<(string Region, string Alias), string> _aliases = new();

    /// <summary>Makes a key.</summary>
    public KmsKey Create(string spec = "RSA_2048", string region = "cn-hongkong", string usage = "SIGN/VERIFY", string? alias = null)
    {
        var key = new KmsKey(region, spec) { Usage = usage };
        _keys[key.Id] = key;
        if (alias is not null)
        {
            _aliases[(region, alias)] = key.Id;
        }

        return key;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var key in _keys.Values)
        {
            key.Dispose();
        }
    }

    internal KmsKey Find(string? region, string keyId)
    {
        var isAlias = keyId.StartsWith("alias/", StringComparison.Ordinal);
        var id = isAlias ? _aliases.FirstOrDefault(alias => alias.Key.Alias == keyId && (region is null || alias.Key.Region == region)).Value : keyId;
        return id is not null && _keys.TryGetValue(id, out var key) && (region is null || key.Region == region)
            ? key
            : throw new CloudErrorException(404, isAlias ? "Forbidden.AliasNotFound" : "Forbidden.KeyNotFound", $"The specified {(isAlias ? "Alias" : "Key")} is not found.");
    }
}
