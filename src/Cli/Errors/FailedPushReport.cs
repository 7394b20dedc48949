using System.Text.Json.Serialization;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Cli.Errors;

/// <summary>What <c>kritis errors list --output json</c> writes.</summary>
/// <param name="Count">How many the queue held; more than are shown where <c>--limit</c> cut them.</param>
/// <param name="Messages">Those that are shown.</param>
internal sealed record FailedPushReport(uint Count, IReadOnlyList<FailedPushEntry> Messages);

/// <summary>One of them.</summary>
/// <param name="Id">What <c>--id</c> takes.</param>
/// <param name="Image">The image; null where the message is no push.</param>
/// <param name="Tag">The tag that came along.</param>
/// <param name="EventId">The registry's id of the push.</param>
/// <param name="FailedAt">When it failed last.</param>
/// <param name="Failures">How often it has failed.</param>
/// <param name="Reason">Why, cut to 300 characters.</param>
/// <param name="Bytes">The size of the message's body.</param>
internal sealed record FailedPushEntry(
    string Id, string? Image, string? Tag, string? EventId, DateTimeOffset? FailedAt, long Failures, string Reason, int Bytes)
{
    public static FailedPushEntry Of(FailedPush failed) => new(
        // Whole, however long: it is what finds the message again.
        failed.Id, failed.Push?.Image?.ToString(), failed.Push?.Tag is { } tag ? Excerpt.Of(tag) : null, failed.Push?.EventId is { } eventId ? Excerpt.Of(eventId) : null,
        failed.FailedAt, failed.Failures, Excerpt.Of(failed.Reason), failed.Message.Body.Length);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(FailedPushReport))]
internal sealed partial class FailedPushJson : JsonSerializerContext;
