using Kritis.Events.Contracts.Images;
using Microsoft.Extensions.Options;

namespace Kritis.Events.Signer.AlibabaCloud;

/// <summary>Refuses settings under which no call could succeed, or secrets would travel in the clear.</summary>
internal sealed class AlibabaCloudOptionsValidator : IValidateOptions<AlibabaCloudOptions>
{
    private static readonly TimeSpan ShortestAttempt = TimeSpan.FromSeconds(0.1);
    private static readonly TimeSpan LongestAttempt = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestDeadline = TimeSpan.FromMinutes(5);

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, AlibabaCloudOptions options)
    {
        var endpoints = options.Endpoints;
        string?[] problems =
        [
            options.Network is "public" or "vpc" ? null : $"AlibabaCloud:Network is '{Excerpt.Of(options.Network)}': expected public or vpc",
            options.KmsCallsPerSecond is >= 1 and <= 10_000 ? null : $"AlibabaCloud:KmsCallsPerSecond is {options.KmsCallsPerSecond}: expected 1 to 10000",
            options.AttemptTimeout >= ShortestAttempt && options.AttemptTimeout <= LongestAttempt
                ? null
                : $"AlibabaCloud:AttemptTimeout is {options.AttemptTimeout}: expected {ShortestAttempt} to {LongestAttempt}",
            options.CallDeadline > TimeSpan.Zero && options.CallDeadline <= LongestDeadline
                ? null
                : $"AlibabaCloud:CallDeadline is {options.CallDeadline}: expected a time above zero, at most {LongestDeadline}",
            CloudNames.ProblemOf(options.SecurityCenterRegion) is { } problem
                ? $"AlibabaCloud:SecurityCenterRegion is '{Excerpt.Of(options.SecurityCenterRegion)}': {problem}"
                : null,
            .. ProblemsOfEndpoints("Endpoints", endpoints),
            .. endpoints.Regions.SelectMany(region => ProblemsOfEndpoints($"Endpoints:Regions:{region.Key}", region.Value)),
            // Instance metadata has no HTTPS: it is a link-local address of the machine itself.
            endpoints.Metadata is null || Uri.TryCreate(endpoints.Metadata, UriKind.Absolute, out var metadata) && metadata.Scheme is "http" or "https"
                ? null
                : "AlibabaCloud:Endpoints:Metadata is not a URL: expected for example http://100.100.100.200",
        ];
        var found = problems.OfType<string>().ToArray();
        return found.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(found);
    }

    private static string?[] ProblemsOfEndpoints(string section, EndpointOptions endpoints) =>
    [
        ProblemOfEndpoint($"{section}:{nameof(endpoints.Kms)}", endpoints.Kms),
        ProblemOfEndpoint($"{section}:{nameof(endpoints.ContainerRegistry)}", endpoints.ContainerRegistry),
        ProblemOfEndpoint($"{section}:{nameof(endpoints.SecurityCenter)}", endpoints.SecurityCenter),
        ProblemOfEndpoint($"{section}:{nameof(endpoints.Sts)}", endpoints.Sts),
    ];

    private static string? ProblemOfEndpoint(string key, string? template)
    {
        if (template is null)
        {
            return null;
        }

        var isUrl = Uri.TryCreate(template.Replace("{region}", "region", StringComparison.Ordinal), UriKind.Absolute, out var url)
            && url.PathAndQuery == "/" && url.UserInfo.Length == 0 && url.Fragment.Length == 0
            && (url.Scheme == "https" || (url.Scheme == "http" && url.IsLoopback));
        return isUrl ? null : $"AlibabaCloud:{key} cannot be used: expected https://host[:port] without path, where {{region}} may stand in the host; http for loopback only";
    }
}
