using Kritis.Events.Contracts.Images;
using Kritis.Events.Fuzzing.Inputs;
using Kritis.Events.Fuzzing.Running;
using Kritis.Events.Signer.Intake;
using Kritis.Events.Signer.Intake.Acr;

namespace Kritis.Events.Fuzzing.Targets;

/// <summary>Bodies of Container Registry's webhook, which name no host and may not choose one.</summary>
internal sealed class AcrTarget : FuzzTarget
{
    // Nothing here may ask a registry: an event without a digest ends before that.
    private static readonly AcrPushes Pushes = new(new FixedResources(Known.Resources), null!, TimeProvider.System);
    private static readonly string Digest = "sha256:" + new string('4', 64);

    public override string Name => "acr";

    public override IReadOnlyList<Seed> Seeds { get; } =
    [
        Seed.Of(
            $$$"""
            {"push_data":{"digest":"{{{Digest}}}","pushed_at":"2016-11-29 12:25:46","tag":"latest"},
            "repository":{"date_created":"2016-10-28 21:31:42","name":"alpine","namespace":"kritis-demo","region":"{{{Known.Region}}}","repo_authentication_type":"NO_CERTIFIED",
            "repo_full_name":"kritis-demo/alpine","repo_origin_type":"NO_CERTIFIED","repo_type":"PUBLIC"}}
            """),
        Seed.Of($$$"""{"push_data":{"tag":"latest"},"repository":{"name":"a/b","namespace":"shared","region":"{{{Known.Region}}}"}}"""),
        Seed.Of($$$"""{"push_data":{"tag":"sha256-{{{new string('4', 64)}}}.sig","digest":"{{{Digest}}}"},"repository":{"name":"a","namespace":"others","region":"{{{Known.Region}}}"}}"""),
        Seed.Of($$$"""{"push_data":{"tag":"1.0","digest":"{{{Digest}}}"},"repository":{"name":"a","namespace":"others","region":"{{{Known.Region}}}"}}"""),
        .. Corpus.Seeds("acr"),
    ];

    public override IReadOnlyList<string> Reaches { get; } =
        ["taken", "malformed", "asks the registry", $"ignored: {IgnoredReason.Region}", $"ignored: {IgnoredReason.Namespace}", $"ignored: {IgnoredReason.Signature}"];

    public override string Take(byte[] input)
    {
        try
        {
            return Take(AcrWebhook.Read(input));
        }
        catch (MalformedException malformed)
        {
            Fit.ForALine(malformed.Message);
            return "malformed";
        }
    }

    /// <summary>Looks for a push's registry. What the registry would be asked by name is lawful.</summary>
    internal static string Take(AcrPush push)
    {
        var isLawful = ImageReference.TryParse($"{Known.Host}/{push.Repository.ToLowerInvariant()}", out var reference, out _) && reference.Registry == Known.Host;
        BrokenPromiseException.Unless(isLawful, "a repository that is read is a repository's path");
        BrokenPromiseException.Unless(push.Digest is not null || ImageReference.IsTag(push.Tag), "a push without a digest has a tag");
        if (push.Digest is null)
        {
            return "asks the registry";
        }

        var taken = new TakenPushes();
        Pushes.AddAsync(push, named: null, taken, CancellationToken.None).GetAwaiter().GetResult();
        return LawfulPush.Check(taken, Known.Instance.Host);
    }
}
