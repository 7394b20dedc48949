using Kritis.Events.Attestations.Keys;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Signer.Kms;
using Kritis.Events.Signer.Kms.Alibaba;

namespace Kritis.Events.Cli.AlibabaCloud.WitnessKeys;

/// <summary>Compares the keys that are pinned in a <c>Witness</c> with those that KMS holds.</summary>
internal static class PinnedKeys
{
    /// <summary>Prints each key with what KMS says of it.</summary>
    /// <returns>0, or 1 where an active or retired key is not the pinned one or cannot be had.</returns>
    /// <exception cref="StartRefusedException">There is no such witness.</exception>
    public static async Task<int> CompareAsync(AlibabaKeyManagement kms, string folder, string name, CancellationToken cancellationToken)
    {
        var standing = ResourceFiles.Inventory(folder);
        var found = standing.Witnesses.FirstOrDefault(witness => witness.Resource.Name == name)
            ?? throw new StartRefusedException(string.Join('\n',
                [$"{folder} has no Witness '{Excerpt.Of(name)}'; there are: {string.Join(", ", standing.Witnesses.Select(witness => witness.Resource.Name).Order(StringComparer.Ordinal))}", .. standing.Problems]));
        var right = true;
        foreach (var key in found.Resource.Keys)
        {
            Console.WriteLine($"# key {key.DisplayName}{(key.Region is null ? "" : $" in {key.Region}")}: {key.PublicKey.Algorithm.Name()}, {key.State.ToString().ToLowerInvariant()}");
            Console.WriteLine($"#   pinned     {key.PublicKey.Fingerprint}");
            right &= await CompareAsync(kms, key, cancellationToken) || key.State == KeyState.Revoked;
        }

        Console.WriteLine();
        Console.Write(ResourceYaml.Write(found.Resource));
        return right ? 0 : 1;
    }

    private static async Task<bool> CompareAsync(AlibabaKeyManagement kms, WitnessKey key, CancellationToken cancellationToken)
    {
        if (key is not { Region: { } region, KeyVersionId: { } version } || key.Kms != kms.Name)
        {
            Console.WriteLine("#   not in Alibaba Cloud KMS");
            return true;
        }

        try
        {
            var inspection = await KeyInspection.OfAsync(kms, region, key.KeyId, key.PublicKey.Algorithm, cancellationToken);
            foreach (var line in KeyReport.Lines(inspection).Skip(1))
            {
                Console.WriteLine($"# {line}");
            }

            return Verdict(key, inspection.Versions.FirstOrDefault(held => held.Id == version));
        }
        catch (KeyManagementException failure)
        {
            Console.WriteLine($"#   problem    {failure.Message}");
            return false;
        }
    }

    private static bool Verdict(WitnessKey key, InspectedVersion? held)
    {
        var same = held?.PublicKey?.Fingerprint == key.PublicKey.Fingerprint;
        Console.WriteLine(same
            ? $"#   the pinned key is KMS's version {held!.Id}"
            : $"#   DIFFERENT: KMS's version {Excerpt.Of(key.KeyVersionId)} is {held?.PublicKey?.Fingerprint.ToString() ?? held?.Problem ?? "not there"}");
        return same;
    }
}
