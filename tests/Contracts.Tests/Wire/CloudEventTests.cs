using System.Globalization;
using Kritis.Events.Contracts.Wire;

namespace Kritis.Events.Contracts.Tests.Wire;

public class CloudEventTests
{
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static TheoryData<string> Names => Samples.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_message_carries_the_required_attributes(string name)
    {
        var headers = CloudEvent.Headers(Samples.Of(name), "/kritis/signer/host", Now);
        headers["cloudEvents_specversion"].Should().Be("1.0");
        headers["cloudEvents_type"].Should().Be("kritis." + name);
        headers["cloudEvents_source"].Should().Be("/kritis/signer/host");
        headers["cloudEvents_id"].Should().NotBeNullOrEmpty();
        headers["cloudEvents_datacontenttype"].Should().Be("application/json");
        DateTimeOffset.ParseExact(headers["cloudEvents_time"], "yyyy-MM-dd'T'HH:mm:ss.fffffffK", CultureInfo.InvariantCulture)
            .Should().Be(new DateTimeOffset(2026, 11, 23, 20, 9, 43, 125, TimeSpan.Zero));
        headers["cloudEvents_time"].Should().EndWith("Z");
    }

    [Fact]
    public void The_subject_is_the_image_or_the_object_under_review()
    {
        CloudEvent.Headers(Samples.AttestationCreated, "/x", Now)["cloudEvents_subject"].Should().Be(Samples.AttestationCreated.Image.ToString());
        CloudEvent.Headers(Samples.AdmissionDecided, "/x", Now)["cloudEvents_subject"].Should().Be("web");
        CloudEvent.Headers(Samples.AdmissionDecided with { Name = null }, "/x", Now).Should().NotContainKey("cloudEvents_subject");
        CloudEvent.Headers(Samples.AdmissionDecided with { Name = "" }, "/x", Now).Should().NotContainKey(
            "cloudEvents_subject", "CloudEvents 1.0 wants a subject that is not empty where there is one");
    }

    [Fact]
    public void What_came_of_a_push_is_another_event_than_the_push()
    {
        // CloudEvents 1.0, "id": the same source and id mean the same event, and a subscriber may drop the second.
        var ids = new object[] { Samples.ImagePushed, Samples.SigningSkipped, Samples.SigningFailed }
            .Select(message => CloudEvent.Headers(message, "/x", Now)["cloudEvents_id"]);
        ids.Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void The_same_message_sent_again_has_the_same_id() =>
        CloudEvent.Headers(Samples.SigningFailed, "/x", Now)["cloudEvents_id"].Should().Be(
            CloudEvent.Headers(Samples.SigningFailed, "/x", Now.AddHours(1))["cloudEvents_id"]);

    [Fact]
    public void The_id_of_an_attestation_is_its_own() =>
        CloudEvent.Headers(Samples.AttestationCreated, "/x", Now)["cloudEvents_id"].Should().Be(Samples.AttestationCreated.Id);

    [Fact]
    public void What_is_no_message_of_the_bus_gets_no_headers() =>
        FluentActions.Invoking(() => CloudEvent.Headers("text", "/x", Now)).Should().Throw<ArgumentException>().WithMessage("*String*");

    [Fact]
    public void Every_message_has_its_own_exchange()
    {
        MessageNames.ByType.Should().HaveCount(7);
        MessageNames.ByType.Values.Should().OnlyHaveUniqueItems().And.OnlyContain(name => name.StartsWith("kritis.", StringComparison.Ordinal));
    }
}
