using Kritis.Events.ServiceDefaults.Settings;
using Kritis.Events.Verifier.Workloads;
using Microsoft.Extensions.Configuration;

namespace Kritis.Events.Verifier.Tests.Workloads;

public sealed class WorkloadOptionsTests
{
    [Fact]
    public void Workloads_are_checked_every_ten_minutes_unless_it_is_set() =>
        From(null, null).Should().Be(new WorkloadOptions { Enabled = true, Interval = TimeSpan.FromMinutes(10) });

    [Theory]
    [InlineData("00:01:00", 1)]
    [InlineData("01:00:00", 60)]
    [InlineData("1.00:00:00", 24 * 60)]
    public void An_interval_is_a_time(string text, int minutes) => From(null, text).Interval.Should().Be(TimeSpan.FromMinutes(minutes));

    [Theory]
    [InlineData("00:00:59")]
    [InlineData("1.00:00:01")]
    [InlineData("-00:10:00")]
    [InlineData("10")]
    [InlineData("10m")]
    [InlineData("often\nand more")]
    public void Another_interval_stops_the_service_with_the_key_and_what_is_expected(string text) =>
        FluentActions.Invoking(() => From(null, text)).Should().Throw<SettingException>()
            .Which.Message.Should().StartWith("Workloads:Interval is '").And.Contain("from 00:01:00 to 1.00:00:00").And.NotContain("\n");

    [Fact]
    public void Enabled_is_true_or_false()
    {
        From("false", null).Enabled.Should().BeFalse();
        FluentActions.Invoking(() => From("maybe", null)).Should().Throw<SettingException>().WithMessage("Workloads:Enabled is 'maybe'*");
    }

    private static WorkloadOptions From(string? enabled, string? interval) => WorkloadOptions.From(new ConfigurationBuilder().AddInMemoryCollection(
        new Dictionary<string, string?> { ["Workloads:Enabled"] = enabled, ["Workloads:Interval"] = interval }).Build());
}
