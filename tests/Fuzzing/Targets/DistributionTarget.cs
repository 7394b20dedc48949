using Kritis.Events.Fuzzing.Inputs;
using Kritis.Events.Fuzzing.Running;
using Kritis.Events.Signer.Intake;

namespace Kritis.Events.Fuzzing.Targets;

/// <summary>Envelopes of CNCF Distribution, whose hosts, names and media types whoever pushes may choose.</summary>
internal sealed class DistributionTarget : FuzzTarget
{
    public override string Name => "distribution";

    public override IReadOnlyList<Seed> Seeds { get; } = [.. Corpus.Seeds("distribution")];

    public override IReadOnlyList<string> Reaches { get; } = ["taken", "malformed", $"ignored: {IgnoredReason.Signature}", $"ignored: {IgnoredReason.UnknownRegistry}"];

    public override string Take(byte[] input)
    {
        try
        {
            var events = DistributionEnvelope.Read(input);
            var taken = TakenPushes.Of(events, Known.Resources, registry: null, DateTimeOffset.UnixEpoch);
            BrokenPromiseException.Unless(taken.Pushes.Count + taken.Ignored.Count == events.Count, "each event is taken or ignored, once");
            _ = LawfulPush.Check(TakenPushes.Of(events, Known.Resources, Known.Registry, DateTimeOffset.UnixEpoch), Known.Host);
            return LawfulPush.Check(taken, Known.Host);
        }
        catch (MalformedException malformed)
        {
            Fit.ForALine(malformed.Message);
            return "malformed";
        }
    }
}
