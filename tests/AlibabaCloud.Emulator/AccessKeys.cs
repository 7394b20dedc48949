using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Kritis.Events.AlibabaCloud.Emulator;

/// <summary>An access key.</summary>
public sealed record AccessKey
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>Its secret.</summary>
    public required string Secret { get; init; }

    /// <summary>The token that must come with a temporary one.</summary>
    public string? SecurityToken { get; init; }

    /// <summary>When a temporary one ends.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}

/// <summary>The access keys that exist and what they may do.</summary>
public sealed class AccessKeys
{
    private readonly EmulatorOptions _options;
    private readonly ConcurrentDictionary<string, AccessKey> _keys = new();
    private readonly ConcurrentDictionary<(string Id, string Action), bool> _denied = new();

    internal AccessKeys(EmulatorOptions options)
    {
        _options = options;
        _keys[options.AccessKeyId] = new AccessKey { Id = options.AccessKeyId, Secret = options.AccessKeySecret };
    }

    /// <summary>Temporary keys that were given out.</summary>
    public int Issued => _keys.Values.Count(key => key.SecurityToken is not null);

    /// <summary>Makes a temporary key.</summary>
    public AccessKey Issue() => Add(new AccessKey
    {
        Id = "STS." + Convert.ToHexString(RandomNumberGenerator.GetBytes(12)),
        Secret = Convert.ToHexString(RandomNumberGenerator.GetBytes(22)),
        SecurityToken = Convert.ToBase64String(RandomNumberGenerator.GetBytes(120)),
        ExpiresAt = _options.Time.GetUtcNow() + _options.CredentialLife,
    });

    /// <summary>Accepts a key.</summary>
    public AccessKey Add(AccessKey key) => _keys[key.Id] = key;

    /// <summary>Ends all temporary keys now.</summary>
    public void ExpireAll()
    {
        foreach (var key in _keys.Values.Where(key => key.SecurityToken is not null))
        {
            _keys[key.Id] = key with { ExpiresAt = _options.Time.GetUtcNow() - TimeSpan.FromSeconds(1) };
        }
    }

    /// <summary>Takes a permission away.</summary>
    public void Deny(string accessKeyId, string action) => _denied[(accessKeyId, action)] = true;

    /// <summary>Gives it back.</summary>
    public void Allow(string accessKeyId, string action) => _denied.TryRemove((accessKeyId, action), out _);

    internal AccessKey? Find(string id) => _keys.GetValueOrDefault(id);

    internal void RefuseUnlessAllowed(string? id, string? action)
    {
        if (id is not null && action is not null && _denied.ContainsKey((id, action)))
        {
            throw new CloudErrorException(403, "Forbidden.NoPermission", "This operation is forbidden by permission system.");
        }
    }
}
