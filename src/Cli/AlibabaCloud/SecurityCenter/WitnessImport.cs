using Kritis.Events.Attestations.Keys;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Signer.AlibabaCloud;
using Kritis.Events.Signer.Kms;
using Kritis.Events.Signer.Kms.Alibaba;

namespace Kritis.Events.Cli.AlibabaCloud.SecurityCenter;

/// <summary>Makes <c>Witness</c> resources of the console's witnesses: the public key comes from KMS in the key's region, and is pinned from then on.</summary>
internal sealed class WitnessImport(AlibabaKeyManagement kms, SignatureAlgorithm rsaAlgorithm, ImportNotes notes)
{
    /// <summary>Why a witness cannot be imported, by its name in the console.</summary>
    public Dictionary<string, string> Unusable { get; } = new(StringComparer.Ordinal);

    /// <summary>The witness as it should stand, or null where its key cannot be used; why is noted in <see cref="Unusable"/>.</summary>
    /// <exception cref="KeyManagementException">KMS cannot be asked now.</exception>
    public async Task<Witness?> ImportAsync(ConsoleWitness console, Witness? standing, CancellationToken cancellationToken)
    {
        var name = ImportedName.Of(console.Name);
        if (CloudNames.ProblemOf(console.KeyRegionId) is { } problem)
        {
            Unusable[console.Name] = $"its region '{Excerpt.Of(console.KeyRegionId)}': {problem}";
            return null;
        }

        var version = new KmsKeyVersion(console.KeyRegionId, console.KeyId, console.KeyVersionId);
        try
        {
            var key = await KeyAsync(version, cancellationToken);
            return standing is null ? new Witness { Name = name, Keys = [key] } : Merge(standing, key);
        }
        catch (KeyManagementException failure) when (!failure.Transient)
        {
            return WithoutKms(console, version, standing, failure);
        }
    }

    private async Task<WitnessKey> KeyAsync(KmsKeyVersion version, CancellationToken cancellationToken)
    {
        var described = await kms.DescribeAsync(version.Region, version.KeyId, cancellationToken);
        if (described.KeyUsage != KeySpecs.SignVerify)
        {
            throw KeyManagementException.Permanent(KeyManagementCodes.KeyUnfit, $"the key {version} is for {Excerpt.Of(described.KeyUsage)}, expected {KeySpecs.SignVerify}");
        }

        var algorithm = KeySpecs.Algorithms(described.KeySpec) switch
        {
            [] => throw KeyManagementException.Permanent(KeyManagementCodes.KeyUnfit, $"the key {version} has the spec {Excerpt.Of(described.KeySpec)}, which is not supported"),
            [var only] => only,
            _ => rsaAlgorithm,
        };
        return new WitnessKey
        {
            Kms = kms.Name,
            Region = version.Region,
            KeyId = version.KeyId,
            KeyVersionId = version.KeyVersionId,
            State = KeyState.Active,
            PublicKey = await kms.GetPublicKeyAsync(version, algorithm, cancellationToken),
        };
    }

    // The console knows one key of a witness. The others stay believed: images that they signed are running.
    private Witness Merge(Witness standing, WitnessKey key)
    {
        var same = standing.Keys.FirstOrDefault(known => known.PublicKey.Fingerprint == key.PublicKey.Fingerprint);
        if (same is { State: KeyState.Revoked })
        {
            notes.Warning($"Witness '{standing.Name}': its key in Security Center, {same.DisplayName}, is revoked here and stays so.");
            return standing;
        }

        var merged = standing.Keys
            .Select(known => known == same ? Active(known, key) : known.State == KeyState.Active ? known with { State = KeyState.Retired } : known);
        return standing with { Keys = same is null ? [key, .. merged] : [.. merged] };
    }

    // A person may have named it by an alias, or chosen the other padding.
    private static WitnessKey Active(WitnessKey known, WitnessKey key) =>
        (known.Kms, known.Region, known.KeyVersionId) == (key.Kms, key.Region, key.KeyVersionId)
            ? known with { State = KeyState.Active }
            : key with { PublicKey = known.PublicKey };

    // A key that KMS gives out no more (disabled, pending deletion) does not undo what was pinned of it before.
    private Witness? WithoutKms(ConsoleWitness console, KmsKeyVersion version, Witness? standing, KeyManagementException failure)
    {
        if (standing?.Keys.Any(known => known.Kms == kms.Name && known.Region == version.Region && known.KeyVersionId == version.KeyVersionId) is true)
        {
            notes.Warning($"Witness '{standing.Name}' stays as it is: {failure.Message}");
            return standing;
        }

        Unusable[console.Name] = failure.Message;
        return null;
    }
}
