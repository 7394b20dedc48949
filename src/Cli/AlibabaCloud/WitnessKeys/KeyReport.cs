using Kritis.Events.Attestations.Keys;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Cli.AlibabaCloud.WitnessKeys;

/// <summary>Writes a key as a person reads it: comments of YAML, with the <c>Witness</c> behind them, so that the whole can be kept as a file.</summary>
internal static class KeyReport
{
    /// <summary>The lines about a key.</summary>
    public static IEnumerable<string> Lines(KeyInspection key)
    {
        yield return $"{Excerpt.Of(key.KeyId)} in {key.Region}";
        yield return $"  key id     {Excerpt.Of(key.Description.KeyId)}";
        yield return $"  key spec   {Excerpt.Of(key.Description.KeySpec)}";
        yield return $"  key usage  {Excerpt.Of(key.Description.KeyUsage)}";
        yield return $"  signs by   {(key.Algorithms.Count == 0 ? "nothing that is supported: expected a SIGN/VERIFY key of RSA_2048, RSA_3072, RSA_4096 or EC_P256" : string.Join(" or ", key.Algorithms.Select(algorithm => algorithm.Name())))}";
        yield return $"  state      {Excerpt.Of(key.Description.KeyState)}";
        foreach (var version in key.Versions)
        {
            yield return $"  version    {Excerpt.Of(version.Id)}  {version.PublicKey?.Fingerprint.ToString() ?? version.Problem}";
        }
    }

    /// <summary>A witness of the key: the chosen version active, the others retired. Without a choice among several all are retired.</summary>
    public static Witness? Witness(KeyInspection key, string name, string? chosen)
    {
        var usable = key.Versions.Where(version => version.PublicKey is not null).ToArray();
        var active = chosen ?? (usable.Length == 1 ? usable[0].Id : null);
        return usable.Length == 0 ? null : new Witness
        {
            Name = name,
            Keys = [.. usable.OrderByDescending(version => version.Id == active).Select(version => new WitnessKey
            {
                Kms = "alibaba",
                Region = key.Region,
                KeyId = key.KeyId,
                KeyVersionId = version.Id,
                State = version.Id == active ? KeyState.Active : KeyState.Retired,
                PublicKey = version.PublicKey!,
            })],
        };
    }
}
