using System.Buffers;
using Kritis.Events.Attestations.Keys;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Signer.Kms;

/// <summary>Where a local key lies: <c>DATA/keys/KEYID[.VERSION].pem</c>.</summary>
internal static class LocalKeyPath
{
    private const int MostCharacters = 100;

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    /// <summary>The file of <paramref name="key"/> below <paramref name="dataPath"/>.</summary>
    /// <exception cref="KeyManagementException"><see cref="KeyManagementCodes.KeyIdInvalid"/>: the id or the version could name a file elsewhere.</exception>
    public static string Of(string dataPath, WitnessKey key)
    {
        RefuseUnlessPlain("id", key.KeyId);
        if (key.KeyVersionId is not null)
        {
            RefuseUnlessPlain("version", key.KeyVersionId);
        }

        var name = key.KeyVersionId is null ? key.KeyId : $"{key.KeyId}.{key.KeyVersionId}";
        return Path.Combine(Path.GetFullPath(dataPath), "keys", name + ".pem");
    }

    private static void RefuseUnlessPlain(string what, string text)
    {
        if (text.Length is 0 or > MostCharacters || text[0] == '.' || text.AsSpan().ContainsAnyExcept(Allowed))
        {
            throw KeyManagementException.Permanent(
                KeyManagementCodes.KeyIdInvalid,
                $"'{Excerpt.Of(text)}' is not the {what} of a local key: expected 1 to {MostCharacters} letters, digits, '.', '_' and '-', "
                + "without a '.' in front.");
        }
    }
}
