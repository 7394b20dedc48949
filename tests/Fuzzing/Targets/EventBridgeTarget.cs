using System.Text;
using Kritis.Events.Fuzzing.Inputs;
using Kritis.Events.Fuzzing.Running;
using Kritis.Events.Signer.Intake;
using Kritis.Events.Signer.Intake.Acr;
using Microsoft.AspNetCore.Http;

namespace Kritis.Events.Fuzzing.Targets;

/// <summary>CloudEvents of Container Registry: each input is read as a structured event or a batch, and as the data of a binary one.</summary>
internal sealed class EventBridgeTarget : FuzzTarget
{
    private const int MostHeaderBytes = 64;
    private static readonly string Digest = "sha256:" + new string('4', 64);

    private static readonly string Data =
        $$"""{"InstanceId":"{{Known.InstanceId}}","InstanceName":"demo","RegionId":"{{Known.Region}}","RepoNamespaceName":"kritis-demo","RepoName":"alpine","RepoId":"crr-1","Tag":"latest","Digest":"{{Digest}}"}""";

    private static readonly string Event =
        $$"""
        {"id":"45ef4dewdwe1-7c35-447a-bd93-fab","source":"acs.cr","specversion":"1.0","subject":"acs:cr:{{Known.Region}}:1:default:repo","time":"2020-11-19T21:04:41+08:00",
        "type":"cr:Artifact:PushCompleted","datacontenttype":"application/json;charset=utf-8","aliyunaccountid":"123456789098","aliyuneventbusname":"default","data":{{Data}}}
        """;

    public override string Name => "eventbridge";

    public override IReadOnlyList<Seed> Seeds { get; } =
    [
        Seed.Of(Event),
        Seed.Of(Data),
        Seed.Of($"[{Event},{Event.Replace("PushCompleted", "ScanCompleted", StringComparison.Ordinal)},{Event.Replace($",\"Digest\":\"{Digest}\"", "", StringComparison.Ordinal)}]"),
        .. Corpus.Seeds("eventbridge"),
    ];

    public override IReadOnlyList<string> Reaches { get; } = ["taken", "malformed", "asks the registry", $"ignored: {IgnoredReason.Source}", $"ignored: {IgnoredReason.Type}"];

    public override string Take(byte[] input)
    {
        var structured = Take(input, new HeaderDictionary { ["Content-Type"] = "application/cloudevents+json" });
        var binary = Take(input, Binary(input));
        return structured == "malformed" ? binary : structured;
    }

    private static string Take(byte[] input, HeaderDictionary headers)
    {
        try
        {
            var outcome = "nothing";
            foreach (var (push, ignored) in CloudEventReader.Read(input, headers))
            {
                BrokenPromiseException.Unless((push is null) != (ignored is null), "each event is taken or ignored");
                outcome = push is null ? $"ignored: {ignored}" : AcrTarget.Take(push);
            }

            return outcome;
        }
        catch (MalformedException malformed)
        {
            Fit.ForALine(malformed.Message);
            return "malformed";
        }
    }

    /// <summary>The attributes of a binary event; its id is as hostile as the body.</summary>
    private static HeaderDictionary Binary(byte[] input) => new()
    {
        ["Content-Type"] = "application/json",
        ["ce-specversion"] = "1.0",
        ["ce-source"] = "acs.cr",
        ["ce-type"] = "cr:Artifact:PushCompleted",
        ["ce-id"] = input.Length % 4 == 0 ? Encoding.Latin1.GetString(input.AsSpan(0, Math.Min(input.Length, MostHeaderBytes))) : "1",
    };
}
