namespace Kritis.Events.Signer.Registry;

/// <summary>A registry did not do what it was asked for.</summary>
internal sealed class RegistryException(string code, string message, bool transient, Exception? inner = null) : Exception(message, inner)
{
    public const string Unavailable = "RegistryUnavailable";
    public const string Throttled = "RegistryThrottled";
    public const string Unauthorized = "RegistryUnauthorized";
    public const string Refused = "RegistryRefused";
    public const string NotInRegistry = "NotInRegistry";
    public const string AnotherDigest = "RegistryAnsweredAnotherDigest";
    public const string AnswerTooLarge = "RegistryAnswerTooLarge";
    public const string AnswerUnreadable = "RegistryAnswerUnreadable";
    public const string RealmNotAllowed = "TokenRealmNotAllowed";
    public const string WriteConflict = "RegistryWriteConflict";

    /// <summary>One word for programs.</summary>
    public string Code { get; } = code;

    /// <summary>Whether the same call may succeed later without anybody doing anything.</summary>
    public bool Transient { get; } = transient;

    /// <summary>Whether the registry answered at all, so that trying again costs no waiting for it.</summary>
    public bool Answered { get; init; }
}
