namespace Kritis.Events.Signer.AlibabaCloud;

/// <summary>Regions and ids: they become parts of host names.</summary>
internal static class CloudNames
{
    /// <summary>What is wrong with a region's name, or null.</summary>
    public static string? ProblemOf(string name) =>
        name.Length is > 0 and <= 64 && name.All(character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character == '-')
            ? null
            : "expected a region's id, for example cn-hongkong";
}
