namespace Kritis.Events.Fuzzing.Inputs;

/// <summary>A part of a seed that means something: a value, or a member with its name.</summary>
/// <param name="Start">Its first byte.</param>
/// <param name="End">Behind its last byte.</param>
/// <param name="IsMember">Whether it is a member with its name, or a line of text.</param>
/// <param name="IsItem">Whether it is a value in a list, which may stand there again.</param>
internal readonly record struct Piece(int Start, int End, bool IsMember, bool IsItem = false);
