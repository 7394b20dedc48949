using System.Text;
using System.Text.Json.Nodes;
using Kritis.Events.Verifier.Admission;
using Kritis.Events.Verifier.Tests.Testing;

namespace Kritis.Events.Verifier.Tests.Admission;

public sealed class BadReviewTests
{
    private const string Head = """{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"u-1",""";

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("\"AdmissionReview\"")]
    [InlineData("{}")]
    [InlineData("{")]
    [InlineData("not json")]
    [InlineData("""{"kind":"AdmissionReview"}""")]
    [InlineData("""{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1"}""")]
    [InlineData("""{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":null}""")]
    [InlineData("""{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":[]}""")]
    [InlineData("""{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{}}""")]
    [InlineData("""{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":""}}""")]
    [InlineData("""{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":7}}""")]
    [InlineData("""{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":null}}""")]
    [InlineData("""{"kind":"AdmissionReview","request":{"uid":"u-1"}}""")]
    [InlineData("""{"kind":"AdmissionReview","apiVersion":"","request":{"uid":"u-1"}}""")]
    [InlineData("""{"kind":"ConversionReview","apiVersion":"apiextensions.k8s.io/v1","request":{"uid":"u-1"}}""")]
    [InlineData("""{"kind":"ConversionReview","apiVersion":"apiextensions.k8s.io/v1","request":{"uid":"u-1"}""")]
    [InlineData("""{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","response":{"uid":"u-1","allowed":true}}""")]
    public void What_has_no_uid_is_no_review(string body)
    {
        ReviewReader.TryRead(Encoding.UTF8.GetBytes(body), out _, out var problem).Should().BeFalse();

        problem.Should().NotBeNullOrWhiteSpace();
    }

    [Theory]
    [InlineData("admission.k8s.io/v1beta1")]
    [InlineData("admission.k8s.io/v2")]
    [InlineData("example.com/v1")]
    public void G4_another_API_version_is_refused_with_the_reason_in_its_own_version(string version)
    {
        foreach (var fixture in new[] { "pod-create", "pod-delete" })
        {
            var review = Review.Load(fixture, Given.Alpine);
            review.Root["apiVersion"] = version;
            ReviewReader.TryRead(review.Bytes, out var request, out _).Should().BeTrue();

            var decision = Cluster.WithAlpine().Decide(review);

            decision.Message.Should().Be($"reviews of {version} cannot be answered; set admissionReviewVersions to [v1]");
            JsonNode.Parse(ReviewAnswer.Write(request!, decision).Span)!["apiVersion"]!.GetValue<string>().Should().Be(version);
        }
    }

    [Theory]
    [InlineData("\"operation\":\"CREATE\",\"operation\":\"DELETE\"}}")]
    [InlineData("\"operation\":\"DELETE\"}} {}")]
    [InlineData("\"operation\":\"DELETE\"}}]")]
    [InlineData("\"operation\":\"DELETE\"}")]
    [InlineData("\"operation\":\"DEL")]
    [InlineData("\"operation\":\"DELETE\",}}")]
    [InlineData("/* */\"operation\":\"DELETE\"}}")]
    [InlineData("'operation':'DELETE'}}")]
    [InlineData("\"operation\":\"\\ud800\"}}")]
    [InlineData("\"operation\":\"DELETE\",\"name\":\"\\udc00\"}}")]
    [InlineData("\"operation\":\"DELETE\",\"oper\\u0061tion\":\"CREATE\"}}")]
    public void G4_a_review_that_is_damaged_behind_its_uid_is_answered_with_a_refusal(string rest)
    {
        var decision = Cluster.WithAlpine().Decide(Encoding.UTF8.GetBytes(Head + rest));

        decision.Outcome.Should().Be(AdmissionOutcome.Unreadable);
        decision.Message.Should().StartWith("the review is not JSON as an API server writes it: ").And.NotContain("\n");
    }

    [Fact]
    public void G4_a_review_that_is_not_UTF8_is_refused()
    {
        byte[] body = [.. Encoding.UTF8.GetBytes(Head + "\"operation\":\"DELETE\",\"name\":\""), 0xC3, 0x28, .. "\"}}"u8];

        Cluster.WithAlpine().Decide(body).Message.Should().Be("the review is not UTF-8");
        ReviewReader.TryRead(Encoding.Unicode.GetBytes(Head + "\"operation\":\"DELETE\"}}"), out _, out _).Should().BeFalse();
    }

    [Fact]
    public void G4_a_member_that_stands_twice_is_refused_however_it_is_written()
    {
        foreach (var second in new[] { "image", "im\\u0061ge" })
        {
            var text = Encoding.UTF8.GetString(Review.Load("pod-create", Given.Alpine).Bytes);
            var twice = text.Replace($"\"image\":\"{Given.Alpine}\"", $"\"image\":\"evil:1\",\"{second}\":\"{Given.Alpine}\"", StringComparison.Ordinal);
            twice.Should().NotBe(text);

            Cluster.WithAlpine().Decide(Encoding.UTF8.GetBytes(twice)).Outcome.Should().Be(AdmissionOutcome.Unreadable);
        }
    }

    [Fact]
    public void An_escaped_member_name_is_the_name_it_stands_for()
    {
        var text = Encoding.UTF8.GetString(Review.Load("pod-create").Bytes);
        var escaped = text.Replace("\"containers\":", "\"\\u0063ontainers\":", StringComparison.Ordinal);
        escaped.Should().NotBe(text);

        Cluster.WithAlpine().Decide(Encoding.UTF8.GetBytes(escaped)).Message.Should().Be("image alpine:3.11 is not attested");
    }

    [Fact]
    public void A_deep_object_is_read_and_a_deeper_one_refused()
    {
        Cluster.WithAlpine().Decide(Nested(100)).Allowed.Should().BeTrue();
        Cluster.WithAlpine().Decide(Nested(200)).Outcome.Should().Be(AdmissionOutcome.Unreadable);

        byte[] hostile = [.. Encoding.UTF8.GetBytes(Head + "\"object\":"), .. Enumerable.Repeat((byte)'[', 1_000_000)];
        Cluster.WithAlpine().Decide(hostile).Outcome.Should().Be(AdmissionOutcome.Unreadable);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("create")]
    [InlineData("PATCH")]
    [InlineData("delete")]
    [InlineData("CREATE\n")]
    public void G4_an_operation_that_is_not_known_is_refused_in_every_namespace(string? operation)
    {
        foreach (var ns in new[] { "default", "unselected" })
        {
            var review = Review.Load("pod-create", Given.Alpine).In(ns);
            review.Request["operation"] = operation;

            Cluster.WithAlpine().Decide(review).Message.Should().EndWith("is not known; expected CREATE, UPDATE, DELETE or CONNECT");
        }
    }

    [Fact]
    public void G4_a_review_whose_object_is_of_another_kind_is_refused()
    {
        var review = Review.Load("pod-create");
        review.Request["kind"] = JsonNode.Parse("""{"group":"autoscaling","version":"v1","kind":"Scale"}""");

        Cluster.WithAlpine().Decide(review).Message.Should().Be("the review is about a 'Scale', but holds a 'Pod'");
    }

    [Theory]
    [InlineData("Pod", "apps/v1", "the review is about a Pod of group '', but holds one of 'apps'")]
    [InlineData(null, "v1", "the review is about a 'Pod', but holds a '(nothing)'")]
    public void G4_a_review_that_contradicts_its_object_is_refused(string? kind, string version, string reason)
    {
        var review = Review.Load("pod-create", Given.Alpine);
        (review.Object["kind"], review.Object["apiVersion"]) = (kind, version);

        Cluster.WithAlpine().Decide(review).Message.Should().Be(reason);
    }

    [Fact]
    public void G4_an_object_that_lies_in_another_namespace_than_the_review_says_is_refused()
    {
        var review = Review.Load("pod-create");
        review.Request["namespace"] = "unselected";

        Cluster.WithAlpine().Decide(review).Message.Should().Be("the review is about namespace 'unselected', but its object lies in 'default'");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void G4_a_review_without_a_namespace_is_refused(string? ns)
    {
        var review = Review.Load("pod-create", Given.Alpine);
        review.Request["namespace"] = ns;
        _ = review.Object["metadata"]!.AsObject().Remove("namespace");

        Cluster.WithAlpine().Decide(review).Message.Should().Be("the review names no namespace, so no policy can be found for it");
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"Pod\"")]
    public void G4_a_review_without_an_object_is_refused(string subject)
    {
        var review = Review.Load("pod-create");
        review.Request["object"] = JsonNode.Parse(subject);

        Cluster.WithAlpine().Decide(review).Message.Should().Be("the review holds no object");
    }

    [Theory]
    [InlineData("null")]
    [InlineData("\"Pod\"")]
    [InlineData("{}")]
    public void G4_a_review_that_does_not_name_its_kind_is_refused(string kind)
    {
        var review = Review.Load("pod-create");
        review.Request["kind"] = JsonNode.Parse(kind);

        Cluster.WithAlpine().Decide(review).Message.Should().Be("the review does not say what kind of object it is about");
    }

    private static byte[] Nested(int depth)
    {
        var review = Review.Load("rollout-create", Given.Alpine);
        review.Object["status"] = JsonNode.Parse(string.Concat(Enumerable.Repeat("{\"a\":", depth)) + "1" + new string('}', depth),
            documentOptions: new System.Text.Json.JsonDocumentOptions { MaxDepth = 512 });
        return review.Bytes;
    }
}
