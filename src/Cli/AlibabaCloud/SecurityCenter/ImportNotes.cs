namespace Kritis.Events.Cli.AlibabaCloud.SecurityCenter;

/// <summary>What a person has to know of an import.</summary>
internal sealed class ImportNotes
{
    private readonly List<string> _problems = [];
    private readonly List<string> _warnings = [];

    /// <summary>Why nothing may be written.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>What is not as the console has it, or not as its reader may expect.</summary>
    public IReadOnlyList<string> Warnings => _warnings;

    /// <summary>Adds to <see cref="Problems"/>.</summary>
    public void Problem(string text) => _problems.Add(text);

    /// <summary>Adds to <see cref="Warnings"/>.</summary>
    public void Warning(string text) => _warnings.Add(text);
}
