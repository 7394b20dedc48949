using System.Security.Cryptography;

namespace Kritis.Events.Verifier.Leader;

/// <summary>Who this replica is among the others: its machine, and a random part, so that a Pod that starts anew is another.</summary>
internal sealed record LeaderIdentity(string Name)
{
    private const int RandomCharacters = 8;

    public static LeaderIdentity New() => new($"{Environment.MachineName}-{RandomNumberGenerator.GetHexString(RandomCharacters, lowercase: true)}");
}
