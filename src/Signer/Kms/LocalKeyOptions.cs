namespace Kritis.Events.Signer.Kms;

/// <summary>Where local keys lie. Bound from the section <c>Data</c>.</summary>
internal sealed class LocalKeyOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Data";

    /// <summary>The folder above <c>keys</c>.</summary>
    public string Path { get; set; } = "./data";
}
