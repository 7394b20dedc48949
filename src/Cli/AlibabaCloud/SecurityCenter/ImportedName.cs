using System.Security.Cryptography;
using System.Text;
using Kritis.Events.Attestations.Payloads;

namespace Kritis.Events.Cli.AlibabaCloud.SecurityCenter;

/// <summary>Names of resources for names of the console, which may hold capitals, spaces or Chinese characters.</summary>
internal static class ImportedName
{
    private const int MostKept = 200;

    /// <summary>
    /// <paramref name="name"/> where a resource can have it, otherwise its permitted characters with the start of its SHA-256 behind them: always
    /// the same one for a name, and never the same one for two.
    /// </summary>
    public static string Of(string name)
    {
        if (WitnessName.IsValid(name))
        {
            return name;
        }

        var kept = new string([.. name.ToLowerInvariant().Select(character => char.IsAsciiLetterOrDigit(character) ? character : '-')]).Trim('-');
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..8];
        return kept.Length == 0 ? $"imported-{hash}" : $"{kept[..Math.Min(kept.Length, MostKept)].TrimEnd('-')}-{hash}";
    }
}
