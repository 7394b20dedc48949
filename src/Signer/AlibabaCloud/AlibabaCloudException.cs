using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Signer.AlibabaCloud;

/// <summary>Alibaba Cloud did not do what it was asked for. The message names its code, its request id and what to change.</summary>
internal sealed class AlibabaCloudException : Exception
{
    /// <summary>Nothing was answered, or nothing that can be read.</summary>
    public const string Unreachable = "Unreachable";

    /// <summary>The answer is no answer of that service.</summary>
    public const string AnswerUnreadable = "AnswerUnreadable";

    /// <summary>There are no credentials, or they cannot be had.</summary>
    public const string NoCredentials = "NoCredentials";

    /// <summary>Makes one.</summary>
    public AlibabaCloudException(string code, string message, bool transient, string? requestId = null, Exception? inner = null)
        : base(message, inner)
    {
        Code = code;
        Transient = transient;
        RequestId = requestId;
    }

    /// <summary>Alibaba Cloud's own code, for example <c>Rejected.Disabled</c>, or one of the constants here.</summary>
    public string Code { get; }

    /// <summary>What to give Alibaba Cloud's support; null where nothing was answered.</summary>
    public string? RequestId { get; }

    /// <summary>Whether the same call may succeed later without anybody doing anything.</summary>
    public bool Transient { get; }

    /// <summary>Whether the account's quota was used up.</summary>
    public bool Throttled => ErrorCodes.IsThrottling(Code);

    /// <summary>An answer that says no.</summary>
    /// <param name="what">What was asked, for example <c>KMS AsymmetricSign in cn-hongkong</c>.</param>
    /// <param name="status">The HTTP status.</param>
    /// <param name="code">The code in the answer.</param>
    /// <param name="message">The message in the answer.</param>
    /// <param name="requestId">The request id in the answer.</param>
    /// <param name="inner">What a client library threw.</param>
    public static AlibabaCloudException Refused(string what, int status, string code, string? message, string? requestId, Exception? inner = null)
    {
        var advice = ErrorCodes.AdviceOn(code) is { } known ? $" {known}." : "";
        var said = Excerpt.Of(message?.TrimEnd('.', ' '));
        return new AlibabaCloudException(
            Excerpt.Of(code), $"{what} was refused: {Excerpt.Of(code)} ({said}; HTTP {status}, request id {Excerpt.Of(requestId ?? "none")}).{advice}",
            ErrorCodes.IsTransient(code, status), requestId, inner);
    }

    /// <summary>No answer.</summary>
    public static AlibabaCloudException NoAnswer(string what, string host, string reason, Exception? inner = null) => new(
        Unreachable, $"{what} got no answer from {host} ({Excerpt.Of(reason)}). Check the region, the network and AlibabaCloud:Network or AlibabaCloud:Endpoints.", transient: true, inner: inner);
}
