namespace Kritis.Events.Contracts;

/// <summary>
/// A service cannot start as it is set up. The message is for the person who starts it: what is wrong, where, and what is expected. It is
/// shown as it is, without a stack trace.
/// </summary>
public class StartRefusedException(string message, Exception? inner = null) : Exception(message, inner);
