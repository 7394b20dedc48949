using System.Text;
using Kritis.Events.Verifier.Admission;
using Kritis.Events.Verifier.Admission.Scan;
using Kritis.Events.Verifier.Tests.Testing;

namespace Kritis.Events.Verifier.Tests.Admission;

/// <summary>What is read in one pass, and that everything else is left to the reader that looks at everything.</summary>
public sealed class ReviewScanTests
{
    private const string Review = """
        {"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"u-1","kind":{"group":"","version":"v1","kind":"Pod"},"name":"app",
        "namespace":"shop","operation":"CREATE","userInfo":{"username":"ann","groups":["g"]},
        "object":{"kind":"Pod","apiVersion":"v1","metadata":{"namespace":"shop","annotations":{"a":"b"},"managedFields":[{"fieldsV1":{"k:{\"name\":\"app\"}":{"\\":1}}}]},
        "spec":{"volumes":[{"name":"v","image":{"reference":"vol"}},{"name":"c","configMap":{"name":"image"}}],"initContainers":[{"name":"i","image":"init"}],
        "containers":[{"name":"app","image":"one","env":[{"name":"image","value":"no"}]},{"image":"two","name":"b"},{"image":"one","name":"c"}]}},
        "oldObject":null,"dryRun":false,"options":{"kind":"CreateOptions"}}}
        """;

    public static TheoryData<string> Recorded() => [.. Testing.Review.Names];

    [Fact]
    public void A_review_as_API_servers_send_it_is_read_in_one_pass()
    {
        var request = Scan(Review);

        request.Should().NotBeNull();
        request!.Images.Should().Equal("one", "two", "init", "vol");
        (request.Uid, request.Group, request.Kind, request.Namespace, request.Name, request.Operation, request.User, request.LeavesNoTrace)
            .Should().Be(("u-1", "", "Pod", "shop", "app", "CREATE", "ann", false));
        SameAs(request, Read(Review));
    }

    [Theory]
    [MemberData(nameof(Recorded))]
    public void A_recorded_review_that_is_scanned_is_read_alike_by_the_other_reader(string name)
    {
        var bytes = Testing.Review.Load(name).Bytes;

        if (ReviewScan.TryRead(bytes) is { } scanned)
        {
            ReviewReader.TryReadAny(bytes, out var read, out _).Should().BeTrue();
            SameAs(scanned, read!);
        }
    }

    [Theory]
    [InlineData("pod-create")]
    [InlineData("pod-with-image-volume-create")]
    [InlineData("pod-with-init-container-create")]
    [InlineData("pod-ephemeralcontainers-update")]
    [InlineData("pod-status-update")]
    [InlineData("podtemplate-create")]
    [InlineData("deployment-create")]
    [InlineData("deployment-update")]
    [InlineData("replicaset-create")]
    [InlineData("replicationcontroller-create")]
    [InlineData("daemonset-create")]
    [InlineData("statefulset-create")]
    [InlineData("job-create")]
    [InlineData("cronjob-create")]
    public void Recorded_reviews_of_kinds_that_make_pods_are_scanned(string name) => ReviewScan.TryRead(Testing.Review.Load(name).Bytes).Should().NotBeNull();

    [Theory]
    [InlineData("\"image\":\"one\"", "\"image\":\"one\",\"image\":\"evil\"", "twice, the second counts elsewhere")]
    [InlineData("\"image\":\"one\"", "\"im\\u0061ge\":\"evil\",\"image\":\"one\"", "the same name in other letters")]
    [InlineData("\"image\":\"one\"", "\"image\":\"\\u0065vil\"", "an escaped value")]
    [InlineData("\"image\":\"one\"", "\"image\":7", "no text")]
    [InlineData("\"image\":\"one\",", "", "no image")]
    [InlineData("\"image\":{\"reference\":\"vol\"}", "\"image\":{}", "a volume without a reference")]
    [InlineData("\"image\":{\"reference\":\"vol\"}", "\"image\":\"vol\"", "a volume's image that is a text")]
    [InlineData("\"a\":\"b\"", "\"a\":\"b\",\"a\":\"c\"", "a name twice where nobody looks")]
    [InlineData("\"kind\":\"Pod\",\"apiVersion\":\"v1\"", "\"kind\":\"Deployment\",\"apiVersion\":\"v1\"", "another kind than the review says")]
    [InlineData("\"kind\":\"Pod\",\"apiVersion\":\"v1\"", "\"kind\":\"Pod\",\"apiVersion\":\"apps/v1\"", "another group")]
    [InlineData("\"metadata\":{\"namespace\":\"shop\"", "\"metadata\":{\"namespace\":\"other\"", "another namespace")]
    [InlineData("\"operation\":\"CREATE\"", "\"operation\":\"DELETE\"", "another operation")]
    [InlineData("\"operation\":\"CREATE\"", "\"operation\":\"UPDATE\"", "an update of nothing")]
    [InlineData("\"operation\":\"CREATE\",", "", "no operation")]
    [InlineData("\"uid\":\"u-1\"", "\"uid\":\"\"", "no UID")]
    [InlineData("admission.k8s.io/v1", "admission.k8s.io/v1beta1", "another version")]
    [InlineData("\"kind\":\"Pod\"}", "\"kind\":\"Sandbox\"}", "a kind that is not known")]
    [InlineData("\"containers\":", "\"kontainers\":", "only init containers and volumes")]
    [InlineData("\"spec\":", "\"specs\":", "no specification")]
    [InlineData("\"dryRun\":false", "\"dryRun\":false}", "a bracket too many")]
    public void What_is_unusual_is_left_to_the_other_reader_and_never_read_otherwise(string usual, string unusual, string why)
    {
        var review = Review.Replace(usual, unusual, StringComparison.Ordinal);
        review.Should().NotBe(Review);

        if (Scan(review) is { } scanned)
        {
            SameAs(scanned, Read(review));
            why.Should().Be("only init containers and volumes");
        }
    }

    [Fact]
    public void An_update_is_scanned_with_what_was_there_before()
    {
        var old = Review[(Review.IndexOf("\"object\":", StringComparison.Ordinal) + "\"object\":".Length)..Review.IndexOf(",\n\"oldObject\"", StringComparison.Ordinal)];
        var review = Review.Replace("CREATE", "UPDATE", StringComparison.Ordinal).Replace("\"oldObject\":null", "\"oldObject\":" + old.Replace("\"two\"", "\"three\"", StringComparison.Ordinal), StringComparison.Ordinal);

        var scanned = Scan(review);

        scanned!.OldImages.Should().BeEquivalentTo("one", "three", "init", "vol");
        SameAs(scanned, Read(review));
    }

    [Fact]
    public void More_images_or_names_than_are_usual_are_left_to_the_other_reader()
    {
        var containers = string.Join(',', Enumerable.Range(0, ScannedImages.Most).Select(number => $$"""{"image":"i{{number}}"}"""));
        var names = string.Join(',', Enumerable.Range(0, JsonScan.MostNames).Select(number => $"\"n{number}\":1"));

        Scan(Review.Replace("\"containers\":[", $"\"containers\":[{containers},", StringComparison.Ordinal)).Should().BeNull();
        Scan(Review.Replace("\"a\":\"b\"", names, StringComparison.Ordinal)).Should().BeNull();
    }

    [Fact]
    public void Names_that_are_alike_at_both_ends_are_as_usual_as_others()
    {
        var ports = string.Join(',', new[] { 8080, 8443, 9090 }.Select(port => "\"k:{\\\"containerPort\\\":" + port + ",\\\"protocol\\\":\\\"TCP\\\"}\":{}"));

        Scan(Review.Replace("\"\\\\\":1", ports, StringComparison.Ordinal)).Should().NotBeNull();
    }

    [Fact]
    public void Every_cut_of_a_review_is_no_review()
    {
        var bytes = Encoding.UTF8.GetBytes(Review);
        for (var length = 0; length < bytes.Length; length++)
        {
            ReviewScan.TryRead(bytes.AsSpan(0, length)).Should().BeNull($"it is cut after {length} bytes");
        }
    }

    private static AdmissionRequest? Scan(string review) => ReviewScan.TryRead(Encoding.UTF8.GetBytes(review));

    private static AdmissionRequest Read(string review)
    {
        ReviewReader.TryReadAny(Encoding.UTF8.GetBytes(review), out var request, out var problem).Should().BeTrue(problem);
        return request!;
    }

    private static void SameAs(AdmissionRequest scanned, AdmissionRequest read)
    {
        scanned.Images.Should().Equal(read.Images);
        scanned.OldImages.Should().BeEquivalentTo(read.OldImages);
        (scanned with { Images = read.Images, OldImages = read.OldImages }).Should().Be(read);
    }
}
