using Kritis.Events.Attestations.Keys;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Attestations.Resources.Yaml;

/// <summary>Reads the <c>spec</c> of a <c>Witness</c>.</summary>
internal static class WitnessReader
{
    private static readonly Dictionary<string, KeyState> States = new()
    {
        ["active"] = KeyState.Active,
        ["retired"] = KeyState.Retired,
        ["revoked"] = KeyState.Revoked,
    };

    private static readonly Dictionary<string, SignatureAlgorithm> Algorithms = SignatureAlgorithmNames.All.ToDictionary(
        name => name, name => SignatureAlgorithmNames.TryParse(name, out var algorithm) ? algorithm : default);

    private static readonly Dictionary<string, bool> KeyManagements = new() { ["local"] = false, ["alibaba"] = true };

    public static Witness? Read(string name, Field spec)
    {
        if (spec.Members("keys") is not { } members || members.Required(spec, "keys") is not { } field || field.Items(least: 1) is not { } items)
        {
            return null;
        }

        var keys = items.Select(Key).ToArray();
        if (keys.Contains(null))
        {
            return null;
        }

        var found = keys.OfType<WitnessKey>().ToArray();
        if (found.Count(key => key.State == KeyState.Active) > 1)
        {
            field.Wrong(": more than one key is active; expected at most one, and the others retired or revoked");
            return null;
        }

        if (found.DistinctBy(key => key.PublicKey.Fingerprint).Count() < found.Length)
        {
            field.Wrong(": the same public key stands here twice, so that its state would be open");
            return null;
        }

        return new Witness { Name = name, Keys = found };
    }

    private static WitnessKey? Key(Field field)
    {
        if (field.Members("kms", "region", "keyId", "keyVersionId", "algorithm", "state", "publicKey") is not { } members)
        {
            return null;
        }

        var kms = members.Required(field, "kms");
        var hasRegions = kms?.OneOf(KeyManagements);
        var region = members.Optional("region")?.Checked(Names.ProblemOfCloudName);
        var keyId = members.Required(field, "keyId")?.Text();
        var version = members.Optional("keyVersionId")?.Text();
        var algorithm = members.Required(field, "algorithm")?.OneOf(Algorithms);
        var state = members.Required(field, "state")?.OneOf(States);
        var publicKey = algorithm is { } known && members.Required(field, "publicKey") is { } pem ? PublicKeyOf(pem, known) : null;
        if (hasRegions is { } regional && regional != (region is not null))
        {
            field.Wrong(regional ? ".region is missing" : ".region: a local key has no region");
            return null;
        }

        if (hasRegions is true && version is null)
        {
            field.Wrong(".keyVersionId is missing: which version of a key signs is pinned here, not chosen in the console");
            return null;
        }

        return hasRegions is null || keyId is null || state is null || publicKey is null ? null : new WitnessKey
        {
            Kms = kms!.Text()!,
            Region = region,
            KeyId = keyId,
            KeyVersionId = version,
            State = state.Value,
            PublicKey = publicKey,
        };
    }

    private static PublicKey? PublicKeyOf(Field field, SignatureAlgorithm algorithm)
    {
        if (field.Text() is not { } pem)
        {
            return null;
        }

        try
        {
            return PublicKey.FromPem(pem, algorithm);
        }
        catch (FormatException unusable)
        {
            field.Wrong($": {Excerpt.Of(unusable.Message)}");
            return null;
        }
    }
}
