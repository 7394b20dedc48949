namespace Kritis.Events.Signer.AlibabaCloud;

/// <summary>
/// What Alibaba Cloud's error codes mean. Source: the common error codes of the OpenAPI gateway and those of KMS, Container Registry,
/// Security Center and STS, in their public documentation.
/// </summary>
internal static class ErrorCodes
{
    private static readonly string[] Passing =
    [
        "ServiceUnavailable", "ServiceUnavailableTemporary", "SerivceUnavailableTemporary", "InternalFailure", "InternalError", "SystemBusy", "RequestTimeout",
        // Never the same nonce twice: a proxy or the network repeated the request.
        "SignatureNonceUsed",
    ];

    private static readonly (Predicate<string> Is, string Advice)[] Advices =
    [
        (code => code.Contains("KeyVersion", StringComparison.Ordinal), "Check the witness's keyVersionId"),
        (IsKeyNotFound, "Check the witness's keyId and region: keys are looked for in that region of the account whose credentials are used"),
        (code => code.EndsWith(".Disabled", StringComparison.Ordinal), "Enable the key in KMS, or make another key of the witness active"),
        (code => code.EndsWith(".PendingDeletion", StringComparison.Ordinal), "The key is about to be deleted in KMS: cancel that, or make another key of the witness active"),
        (code => code.EndsWith(".PendingImport", StringComparison.Ordinal), "Import the key's material in KMS"),
        (IsUnusable, "The key cannot sign this way: expected key usage SIGN/VERIFY and a key spec that fits the witness's algorithm"),
        (code => code == "Forbidden.KmsServiceNotEnabled", "Activate KMS for the account"),
        (code => code.StartsWith("Forbidden.InDebt", StringComparison.Ordinal), "Settle what the account owes Alibaba Cloud"),
        (code => code.StartsWith("Forbidden.AccessKey", StringComparison.Ordinal), "Enable the access key in RAM"),
        (code => code == "AuthenticationFail.NoPermission", "Check the trust policy of the role (deploy/ram/signer-trust.json), and that RRSA is enabled for the cluster"),
        (code => code == "EntityNotExist.Role", "There is no such role: check AlibabaCloud:RoleArn or ALIBABA_CLOUD_ROLE_ARN"),
        (code => code == "AuthenticationFail.OIDCToken.AudienceNotMatch", "The pod's token must be made for the audience sts.aliyuncs.com"),
        (code => code.StartsWith("AuthenticationFail.OIDCToken.Issuer", StringComparison.Ordinal), "Enable RRSA for the cluster, and then make the pod anew"),
        (code => code.StartsWith("AuthenticationFail.OIDCToken", StringComparison.Ordinal), "Check the pod's token: its file must be the one that Kubernetes renews"),
        (IsForbidden, "Grant the RAM user or role what deploy/ram/ lists"),
        (code => code.StartsWith("InvalidAccessKeyId", StringComparison.Ordinal), "Check the access key id, and that the key is enabled in RAM"),
        (IsExpired, "The temporary credentials are no longer valid: renew them, or use RRSA or an instance's role, which renew themselves"),
        (code => code.StartsWith("InvalidSecurityToken", StringComparison.Ordinal) || code == "MissingSecurityToken", "Check AlibabaCloud:SecurityToken: it must be the one that came with this access key"),
        (code => code is "SignatureDoesNotMatch" or "IncompleteSignature", "Check the access key's secret"),
        (IsClock, "This machine's clock is more than 15 minutes off: synchronise it (NTP)"),
        (IsThrottling, "The account's quota is used up: lower AlibabaCloud:KmsCallsPerSecond, or have the quota raised"),
    ];

    /// <summary>Whether the same call may succeed later.</summary>
    public static bool IsTransient(string code, int status) =>
        IsThrottling(code) || Passing.Contains(code, StringComparer.Ordinal) || status is 408 or 429 or >= 500;

    /// <summary>Whether a quota was used up.</summary>
    public static bool IsThrottling(string code) =>
        code.StartsWith("Throttling", StringComparison.Ordinal) || code is "Rejected.Throttling" or "LimitExceeded.Qps";

    /// <summary>Whether the key management knows no such key or alias.</summary>
    public static bool IsKeyNotFound(string code) =>
        code is "Forbidden.KeyNotFound" or "Forbidden.AliasNotFound" or "Forbidden.KeyVersionNotFound" or "InvalidKeyId.NotFound";

    /// <summary>Whether somebody turned the key off.</summary>
    public static bool IsKeyOff(string code) =>
        code.StartsWith("Rejected.", StringComparison.Ordinal) && (code.EndsWith("Disabled", StringComparison.Ordinal)
            || code.EndsWith("PendingDeletion", StringComparison.Ordinal) || code.EndsWith("PendingImport", StringComparison.Ordinal) || code.EndsWith("Unavailable", StringComparison.Ordinal));

    /// <summary>Whether the key is of a kind that does not sign so.</summary>
    public static bool IsUnusable(string code) => code.Contains("Unsupported", StringComparison.Ordinal);

    /// <summary>Whether a permission is missing.</summary>
    public static bool IsForbidden(string code) =>
        !IsKeyNotFound(code) && (code.StartsWith("Forbidden", StringComparison.Ordinal) || code.StartsWith("NoPermission", StringComparison.Ordinal) || code == "AuthenticationFail.NoPermission");

    /// <summary>Whether the credentials themselves were not accepted any more, so that others may be.</summary>
    public static bool IsExpired(string code) => code is "InvalidSecurityToken.Expired" or "SecurityTokenExpired" or "InvalidAccessKeyId.Inactive" or "ExpiredToken";

    /// <summary>Whether this machine and Alibaba Cloud disagree about the time.</summary>
    public static bool IsClock(string code) =>
        code is "InvalidTimeStamp.Expired" or "IllegalTimestamp" or "InvalidTimeStamp.Format" or "RequestTimeTooSkewed";

    /// <summary>What to change, as a sentence without its full stop; null where the code says nothing by itself.</summary>
    public static string? AdviceOn(string code) => Array.Find(Advices, advice => advice.Is(code)).Advice;
}
