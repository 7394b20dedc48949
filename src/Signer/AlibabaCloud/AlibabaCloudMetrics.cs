using System.Diagnostics.Metrics;
using Kritis.Events.Signer.Intake;

namespace Kritis.Events.Signer.AlibabaCloud;

/// <summary>Counts and times calls to Alibaba Cloud: <c>kritis_alibaba_cloud_calls</c>, by service, action and outcome.</summary>
internal sealed class AlibabaCloudMetrics
{
    private readonly Histogram<double> _calls;

    /// <summary>Makes the instrument.</summary>
    public AlibabaCloudMetrics(IMeterFactory meters) => _calls = meters.Create(IntakeMetrics.MeterName).CreateHistogram<double>(
        "kritis_alibaba_cloud_calls", unit: "s", "Attempts of calls to Alibaba Cloud; the outcome is ok or the error's code.");

    /// <summary>One attempt.</summary>
    public void Called(string service, string action, string outcome, TimeSpan took) => _calls.Record(
        took.TotalSeconds,
        new KeyValuePair<string, object?>("service", service),
        new KeyValuePair<string, object?>("action", action),
        new KeyValuePair<string, object?>("outcome", outcome));
}
