namespace Kritis.Events.Signer.Kms;

/// <summary>A key management did not do what it was asked for.</summary>
internal sealed class KeyManagementException(string code, string message, bool transient, Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>One word for programs: one of <see cref="KeyManagementCodes"/> or the key management's own.</summary>
    public string Code { get; } = code;

    /// <summary>Whether the same call may succeed later without anybody doing anything.</summary>
    public bool Transient { get; } = transient;

    /// <summary>What will not pass by itself.</summary>
    public static KeyManagementException Permanent(string code, string message, Exception? inner = null) =>
        new(code, message, transient: false, inner);
}
