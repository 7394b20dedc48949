namespace Kritis.Events.Signer.Kms;

/// <summary>The codes that every key management uses for the same things.</summary>
internal static class KeyManagementCodes
{
    /// <summary>The key management names no such key. Permanent.</summary>
    public const string KeyNotFound = "KeyNotFound";

    /// <summary>The key's id or version is not written as this key management writes them. Permanent.</summary>
    public const string KeyIdInvalid = "KeyIdInvalid";

    /// <summary>What is kept under the key's name is not a private key that can be used. Permanent.</summary>
    public const string KeyUnreadable = "KeyUnreadable";

    /// <summary>The private key is open to others than its owner. Permanent.</summary>
    public const string KeyExposed = "KeyExposed";

    /// <summary>The private key may not be read by this process. Permanent.</summary>
    public const string KeyForbidden = "KeyForbidden";

    /// <summary>The private key does not belong to the pinned public key. Permanent.</summary>
    public const string KeyMismatch = "KeyMismatch";

    /// <summary>The key management cannot be reached. Transient.</summary>
    public const string KeyUnavailable = "KeyUnavailable";

    /// <summary>Somebody turned the key off, or it is about to be deleted. Permanent.</summary>
    public const string KeyDisabled = "KeyDisabled";

    /// <summary>The key is of a kind that cannot sign by the pinned algorithm. Permanent.</summary>
    public const string KeyUnfit = "KeyUnfit";

    /// <summary>The key management's quota was used up all the time that was tried. Transient.</summary>
    public const string KeyThrottled = "KeyThrottled";

    /// <summary>No key management has the name that the witness's key gives. Permanent.</summary>
    public const string UnknownKms = "UnknownKms";
}
