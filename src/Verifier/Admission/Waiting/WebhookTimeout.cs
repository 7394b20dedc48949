using System.Globalization;

namespace Kritis.Events.Verifier.Admission.Waiting;

/// <summary>
/// How long an API server waits for the answer: the query parameter <c>timeout</c> that it puts behind the webhook's path, a Go duration such as
/// <c>10s</c> (k8s.io/apiserver, webhook dispatcher). Where it names none that can be read, Kubernetes' default of 10 s.
/// </summary>
internal static class WebhookTimeout
{
    private static readonly TimeSpan Default = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    // The answer has to travel, and a refusal that says why is worth more than a time-out.
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(1);

    /// <summary>The time that may be spent before the answer is written.</summary>
    public static TimeSpan Of(HttpRequest request)
    {
        var text = request.Query["timeout"].ToString();
        var seconds = 0.0;
        var isSeconds = text.EndsWith('s')
            && double.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out seconds)
            && seconds <= Longest.TotalSeconds;
        var given = isSeconds ? TimeSpan.FromSeconds(seconds) : Default;
        return given > Margin * 2 ? given - Margin : given / 2;
    }
}
