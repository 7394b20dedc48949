using System.Collections.Frozen;
using Kritis.Events.Attestations.Keys;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Signer.Kms;

/// <summary>The key managements of this process, by the name that <see cref="WitnessKey.Kms"/> gives.</summary>
internal sealed class KeyManagements
{
    private readonly FrozenDictionary<string, IKeyManagement> _byName;

    /// <summary>Takes all adapters.</summary>
    /// <exception cref="InvalidOperationException">Two have the same name.</exception>
    public KeyManagements(IEnumerable<IKeyManagement> adapters)
    {
        var byName = new Dictionary<string, IKeyManagement>(StringComparer.Ordinal);
        foreach (var adapter in adapters)
        {
            if (!byName.TryAdd(adapter.Name, adapter))
            {
                throw new InvalidOperationException($"Two key managements are named '{adapter.Name}'.");
            }
        }

        _byName = byName.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>The key management that holds <paramref name="key"/>.</summary>
    /// <exception cref="KeyManagementException"><see cref="KeyManagementCodes.UnknownKms"/>: there is none of that name.</exception>
    public IKeyManagement Of(WitnessKey key) => _byName.TryGetValue(key.Kms, out var adapter)
        ? adapter
        : throw KeyManagementException.Permanent(
            KeyManagementCodes.UnknownKms,
            $"The key '{Excerpt.Of(key.DisplayName)}' names the key management '{Excerpt.Of(key.Kms)}', which this signer does not have; "
            + $"expected one of: {string.Join(", ", _byName.Keys.Order(StringComparer.Ordinal))}.");
}
