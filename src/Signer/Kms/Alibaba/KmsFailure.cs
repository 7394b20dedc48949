using Kritis.Events.Contracts.Images;
using Kritis.Events.Signer.AlibabaCloud;

namespace Kritis.Events.Signer.Kms.Alibaba;

/// <summary>Says of a key what Alibaba Cloud said of a call.</summary>
internal static class KmsFailure
{
    /// <summary>The same in the words that all key managements share; the message keeps Alibaba Cloud's code and request id.</summary>
    public static KeyManagementException Of(AlibabaCloudException failure, string key) => new(
        Code(failure), $"The key {Excerpt.Of(key)}: {failure.Message}", failure.Transient, failure);

    private static string Code(AlibabaCloudException failure) => failure.Code switch
    {
        var code when failure.Throttled => KeyManagementCodes.KeyThrottled,
        var code when ErrorCodes.IsKeyNotFound(code) => KeyManagementCodes.KeyNotFound,
        var code when ErrorCodes.IsKeyOff(code) => KeyManagementCodes.KeyDisabled,
        var code when ErrorCodes.IsUnusable(code) => KeyManagementCodes.KeyUnfit,
        var code when ErrorCodes.IsForbidden(code) => KeyManagementCodes.KeyForbidden,
        _ when failure.Transient => KeyManagementCodes.KeyUnavailable,
        var code => code,
    };
}
