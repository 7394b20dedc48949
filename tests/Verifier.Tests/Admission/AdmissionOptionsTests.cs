using Kritis.Events.Contracts;
using Kritis.Events.Verifier.Admission;
using Microsoft.Extensions.Configuration;

namespace Kritis.Events.Verifier.Tests.Admission;

public sealed class AdmissionOptionsTests
{
    [Fact]
    public void A_review_may_have_8_MiB() => From(null).MaxBodyBytes.Should().Be(8_388_608);

    [Theory]
    [InlineData("65536")]
    [InlineData("67108864")]
    public void The_bounds_themselves_are_allowed(string value) => From(value).MaxBodyBytes.Should().Be(int.Parse(value));

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("65535")]
    [InlineData("67108865")]
    [InlineData("99999999999")]
    [InlineData("8 MiB")]
    public void A_size_that_makes_no_sense_stops_the_service_and_names_the_key(string value)
    {
        var start = () => From(value);

        start.Should().Throw<StartRefusedException>().WithMessage("Admission:MaxBodyBytes *; expected 65536 to 67108864");
    }

    private static AdmissionOptions From(string? value) =>
        AdmissionOptions.From(new ConfigurationBuilder().AddInMemoryCollection([new("Admission:MaxBodyBytes", value)]).Build());
}
