using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Text.Unicode;
using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Contracts.Wire;
using Kritis.Events.Fuzzing.Inputs;
using Kritis.Events.Fuzzing.Running;
using Kritis.Events.Verifier.Admission;
using Kritis.Events.Verifier.Admission.BreakGlass;
using Kritis.Events.Verifier.Admission.Scan;
using Kritis.Events.Verifier.Admission.Waiting;
using Kritis.Events.Verifier.Cache;
using Kritis.Events.Verifier.Policies;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kritis.Events.Fuzzing.Targets;

/// <summary>
/// Admission reviews, from the bytes of the request to those of the answer and of the event on the bus. One policy selects every namespace and one image
/// is attested: nothing else may be let in. The same review is then decided by policies with every loosening there is, which may let it in but not fail.
/// </summary>
internal sealed partial class ReviewTarget : FuzzTarget
{
    private const string FixtureImage = "\"alpine:3.11\"";
    private const string Metadata = "\"metadata\": {";
    private const string PodReview = "pod-create.json";
    private static readonly string Evil = $"{Known.Host}/team/evil@sha256:{new string('e', 64)}";
    private static readonly string Glass = $"until=2026-11-24T18:00:00Z digests=sha256:{new string('e', 64)} reason=an emergency";
    private static readonly Image App = Image.Parse(Known.App);
    private readonly AdmissionDecider _strict = Decider(Policy("strict"));
    private readonly AdmissionDecider _loose = Decider(
        Policy("strict") with { Enforcement = Enforcement.DryRun },
        Policy("loose") with
        {
            Exempt = ["registry.k8s.io/pause@*", "alpine*"],
            Placeholders = ["auto"],
            Tags = TagReferences.Immutable,
            BreakGlass = true,
            WaitForAttestation = TimeSpan.FromSeconds(2),
        });

    public override string Name => "review";

    public override IReadOnlyList<Seed> Seeds { get; } = [.. Corpus.Files("review").SelectMany(file => Variants(file.Name, Encoding.UTF8.GetString(file.Bytes))).Select(Seed.Of)];

    public override IReadOnlyList<string> Reaches { get; } =
        ["Allowed: attested", "Allowed: brings no image in", "Allowed: DELETE", "Denied", "Unreadable", "no review", "Denied, but loosely BreakGlass", "Denied, but loosely DryRun"];

    // The warnings and the answer are written by image.
    public override long MostAllocated(int length) => 1_000_000 + (300L * length);

    public override string Take(byte[] input)
    {
        SeenAlike(input);
        if (!ReviewReader.TryRead(input, out var request, out var problem))
        {
            Fit.ForALine(problem);
            return "no review";
        }

        var decision = Decide(_strict, request);
        var loosely = Decide(_loose, request);
        BrokenPromiseException.Unless(decision.Allowed || request.ReviewProblem is null || !loosely.Allowed, "what is not understood is refused, however loose the policy");
        if (decision.Allowed)
        {
            return MayBeAllowed(input, decision);
        }

        return decision.Outcome == AdmissionOutcome.Denied && loosely.Allowed ? $"Denied, but loosely {loosely.Outcome}" : decision.Outcome.ToString();
    }

    /// <summary>What is read in one pass must be read alike by the reader that looks at everything.</summary>
    private static void SeenAlike(byte[] input)
    {
        if (!Utf8.IsValid(input) || ReviewScan.TryRead(input) is not { } scanned)
        {
            return;
        }

        BrokenPromiseException.Unless(ReviewReader.TryReadAny(input, out var read, out _), "what is scanned can be read");
        BrokenPromiseException.Unless(
            scanned.Images.SequenceEqual(read!.Images) && (scanned.OldImages?.SetEquals(read.OldImages ?? new HashSet<string>()) ?? read.OldImages is null),
            "both find the same images in the same order");
        BrokenPromiseException.Unless(
            scanned with { Images = read.Images, OldImages = read.OldImages } == read, "both read the same of everything else, and nothing that is refused is scanned");
    }

    private static AdmissionDecision Decide(AdmissionDecider decider, AdmissionRequest request)
    {
        var decision = decider.Decide(request);
        var answer = ReviewAnswer.Write(request, decision);
        using var written = JsonDocument.Parse(answer);
        var response = written.RootElement.GetProperty("response");
        BrokenPromiseException.Unless(response.GetProperty("uid").GetString() == request.Uid, "an answer is to the review that was asked");
        BrokenPromiseException.Unless(response.GetProperty("allowed").GetBoolean() == decision.Allowed, "an answer says what was decided");
        BrokenPromiseException.Unless(decision.Allowed != response.TryGetProperty("status", out _), "a refusal has a status, an admission none");
        BrokenPromiseException.Unless(decision.Allowed || !string.IsNullOrWhiteSpace(decision.Message), "a refusal says why");
        var report = DecisionReport.Of(request, decision, "default", DateTimeOffset.UnixEpoch, TimeSpan.Zero);
        _ = JsonSerializer.SerializeToUtf8Bytes(report, WireJson.Default.AdmissionDecided);
        return decision;
    }

    /// <summary>What is let in was let in rightly: by a reading of its own.</summary>
    internal static string MayBeAllowed(byte[] input, AdmissionDecision decision)
    {
        var (operation, images) = ReviewImages.BroughtIn(input);
        if (operation is "DELETE" or "CONNECT")
        {
            return $"Allowed: {operation}";
        }

        BrokenPromiseException.Unless(decision.Outcome == AdmissionOutcome.Allowed, "a strict policy is not loosened by what stands in a review");
        BrokenPromiseException.Unless(images.All(Attested().IsMatch), "never an admission of an image that has no attestation");
        return images.Count == 0 ? "Allowed: brings no image in" : "Allowed: attested";
    }

    private static AdmissionDecider Decider(params SecurityPolicy[] policies)
    {
        var time = new FixedTime();
        var resources = Known.Resources with { Policies = policies, Registries = [Known.Registry with { ImmutableTags = ["*"] }] };
        var current = new ClusterPolicies(new FixedResources(resources), new ClusterOptions("default"), NullLogger<ClusterPolicies>.Instance);
        var index = new AttestationIndex();
        var key = resources.Witnesses["release"].Keys[0].PublicKey.Fingerprint;
        _ = index.Add(App, new IndexedAttestation { Witness = "release", KeyFingerprint = key });
        _ = index.AddTag(App, "1.0", new TagClaim(App.Digest, "release", key));
        var pushes = new RecentPushes(time);
        pushes.Add(Image.Parse(Evil));
        return new AdmissionDecider(current, new NamespaceLabels(time), index, pushes, () => new LogProgress(CaughtUp: true, Read: 1), time);
    }

    private static SecurityPolicy Policy(string name) => new()
    {
        Name = name,
        Enabled = true,
        Clusters = ["*"],
        Namespaces = ["*"],
        Witnesses = ["release"],
        AtLeast = 1,
        Enforcement = Enforcement.Enforce,
    };

    /// <summary>A review with the image it has, with the one that is attested, and with what breaks the glass.</summary>
    private static IEnumerable<string> Variants(string name, string review)
    {
        yield return review;
        if (!review.Contains(FixtureImage, StringComparison.Ordinal))
        {
            yield break;
        }

        yield return review.Replace(FixtureImage, $"\"{Known.App}\"", StringComparison.Ordinal);
        yield return review.Replace(FixtureImage, $"\"{Known.Host}/team/app:1.0\"", StringComparison.Ordinal);
        if (name == PodReview)
        {
            var at = review.IndexOf(Metadata, review.IndexOf("\"object\":", StringComparison.Ordinal), StringComparison.Ordinal) + Metadata.Length;
            var annotated = review.Insert(at, $"\"annotations\": {{ \"{BrokenGlass.Annotation}\": \"{Glass}\" }},");
            yield return annotated.Replace(FixtureImage, $"\"{Evil}\"", StringComparison.Ordinal);
        }
    }

    [GeneratedRegex(@"\A(?:(?i:registry\.example\.com)|127\.0\.0\.1:45055)/team/app(?::[A-Za-z0-9_.-]+)?@sha256:a{64}\z")]
    private static partial Regex Attested();
}
