namespace Kritis.Events.Attestations.Resources;

/// <summary>Something in the resources that a person must put right.</summary>
/// <param name="File">The file, relative to the folder; the folder itself where it is about no single file.</param>
/// <param name="Line">The line, from 1; 0 where it is about the whole file.</param>
/// <param name="Message">What is wrong and what is expected.</param>
public sealed record ResourceProblem(string File, int Line, string Message)
{
    /// <summary><c>file:line: message</c>.</summary>
    public override string ToString() => Line > 0 ? $"{File}:{Line}: {Message}" : $"{File}: {Message}";
}
