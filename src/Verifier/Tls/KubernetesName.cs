namespace Kritis.Events.Verifier.Tls;

/// <summary>What Kubernetes takes as a name.</summary>
internal static class KubernetesName
{
    private const int LongestLabel = 63;
    private const int LongestName = 253;

    /// <summary>Whether an object such as a Secret can have the name: DNS labels with dots between them.</summary>
    public static bool IsObject(string? name) => name is { Length: > 0 and <= LongestName } && name.Split('.').All(IsLabel);

    /// <summary>Whether a Service can have the name: one DNS label that begins with a letter.</summary>
    public static bool IsService(string? name) =>
        name is { Length: > 0 and <= LongestLabel } && char.IsAsciiLetterLower(name[0]) && IsLabel(name);

    private static bool IsLabel(string label) =>
        label.Length > 0 && label[0] != '-' && label[^1] != '-'
        && label.All(character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character == '-');
}
