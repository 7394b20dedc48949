namespace Kritis.Events.AlibabaCloud.Emulator.Signing;

/// <summary>
/// How services refuse a sender. KMS has codes of its own for what the OpenAPI gateway in front of the others refuses. Sources: "Common error
/// codes" of KMS, API version 2016-01-20, and the common error codes of the OpenAPI gateway.
/// </summary>
internal static class SenderErrors
{
    public static CloudErrorException Incomplete() =>
        new(400, "IncompleteSignature", "The request signature does not conform to Alibaba Cloud standards.");

    public static CloudErrorException WrongSignature(CloudRequest request) => IsKms(request)
        ? Incomplete()
        : new(400, "SignatureDoesNotMatch", "Specified signature does not match our calculation.");

    public static CloudErrorException UnknownKey(CloudRequest request) => new(404, "InvalidAccessKeyId.NotFound", IsKms(request)
        ? "The AccessKey ID provided does not exist in our records."
        : "Specified access key is not found.");

    public static CloudErrorException UnreadableTime(CloudRequest request) => IsKms(request)
        ? IllegalTimestamp()
        : new(400, "InvalidTimeStamp.Format", "Specified time stamp or date value is not well formatted.");

    public static CloudErrorException WrongTime(CloudRequest request) => IsKms(request)
        ? IllegalTimestamp()
        : new(400, "InvalidTimeStamp.Expired", "Specified time stamp or date value is expired.");

    // The message is KMS's own, also for a time stamp that is there and wrong.
    private static CloudErrorException IllegalTimestamp() =>
        new(400, "IllegalTimestamp", "The input parameter \"Timestamp\" that is mandatory for processing this request is not supplied.");

    private static bool IsKms(CloudRequest request) => request.Version == "2016-01-20";
}
