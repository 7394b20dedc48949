using Kritis.Events.Verifier.Admission;
using Kritis.Events.Verifier.Tests.Testing;

namespace Kritis.Events.Verifier.Tests.Admission;

public sealed class ReviewFuzzTests
{
    private const int Seed = 20_260_923;
    private const int Mutations = 20_000;

    private static readonly string[] Tokens =
    [
        "null", "{}", "[]", "\"\"", "7", "\"image\"", "\"containers\"", "\"spec\"", "\"object\"", "\"DELETE\"", "\"CONNECT\"", "\"UPDATE\"", "\"Scale\"",
        "\"Eviction\"", ",", ":", "{", "}", "[", "]", "\\u0000", "\\ud800", "\"uid\":\"x\",", "\"default\"", "\"kube-system\"", "*", "@sha256:", "autoscaling",
    ];

    /// <summary>Every damaged review gets a refusal or is no review. What is let through is a DELETE, a CONNECT or a kind without images.</summary>
    [Fact]
    public void G4_twenty_thousand_damaged_reviews_neither_crash_the_webhook_nor_get_an_image_in()
    {
        var cluster = new Cluster(Given.Policy() with { Namespaces = ["*"] });
        var random = new Random(Seed);
        var reviews = Review.Names.Where(MakesPods).Select(name => Review.Load(name).Bytes).ToArray();
        var outcomes = new Dictionary<string, int>();
        for (var round = 0; round < Mutations; round++)
        {
            var review = Mutate(reviews[random.Next(reviews.Length)], random);

            var outcome = Outcome(cluster, review, out var request);

            outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
            var isHarmless = request is { Operation: "DELETE" or "CONNECT" } || NothingNew(request) || CarriesNoImage(request);
            (outcome != "Allowed" || isHarmless).Should().BeTrue($"round {round} of seed {Seed} let in {System.Text.Encoding.UTF8.GetString(review)}");
        }

        outcomes.Keys.Should().Contain(["Denied", "Unreadable", "no review"]);
        outcomes["Denied"].Should().BeGreaterThan(Mutations / 20, "most of what is still readable must reach the policies");
    }

    private static bool MakesPods(string name) => name.EndsWith("-create", StringComparison.Ordinal)
        && name is not ("configmap-create" or "pod-eviction-create" or "pod-binding-create");

    private static string Outcome(Cluster cluster, byte[] review, out AdmissionRequest? request)
    {
        if (!ReviewReader.TryRead(review, out request, out var problem))
        {
            problem.Should().NotBeNullOrWhiteSpace();
            return "no review";
        }

        var decision = cluster.Decide(review);
        _ = ReviewAnswer.Write(request, decision);
        if (!decision.Allowed)
        {
            decision.Message.Should().NotBeNullOrWhiteSpace();
        }

        return decision.Outcome.ToString();
    }

    private static bool NothingNew(AdmissionRequest? request) =>
        request is { Operation: "UPDATE", OldImages: { } before } && request.Images.All(before.Contains);

    private static bool CarriesNoImage(AdmissionRequest? request) =>
        request is not null && PodSpecPlaces.CarriesNoImages(request.Group ?? "", request.Kind ?? "");

    private static byte[] Mutate(byte[] review, Random random)
    {
        var bytes = review.ToList();
        for (var change = random.Next(1, 5); change > 0; change--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 40), bytes.Count - at));
                    break;
                case 3:
                    bytes.InsertRange(at, System.Text.Encoding.UTF8.GetBytes(Tokens[random.Next(Tokens.Length)]));
                    break;
                case 4:
                    ReplaceToken(bytes, at, random);
                    break;
                default:
                    bytes.InsertRange(random.Next(bytes.Count), bytes.GetRange(at, Math.Min(random.Next(1, 60), bytes.Count - at)));
                    break;
            }

            if (bytes.Count == 0)
            {
                break;
            }
        }

        return [.. bytes];
    }

    /// <summary>Replaces a whole quoted text, so that much of what is damaged stays JSON.</summary>
    private static void ReplaceToken(List<byte> bytes, int at, Random random)
    {
        var start = bytes.IndexOf((byte)'"', at);
        var end = start < 0 ? -1 : bytes.IndexOf((byte)'"', start + 1);
        if (end > start)
        {
            bytes.RemoveRange(start, end - start + 1);
            bytes.InsertRange(start, System.Text.Encoding.UTF8.GetBytes(Tokens[random.Next(Tokens.Length)]));
        }
    }
}
