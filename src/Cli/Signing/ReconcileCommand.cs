using System.CommandLine;
using System.Diagnostics;
using Kritis.Events.Attestations.Log;
using Kritis.Events.Contracts;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.Signer.Intake;
using Kritis.Events.Signer.Reconcile;

namespace Kritis.Events.Cli.Signing;

/// <summary>
/// <c>kritis reconcile</c>: compares what registries hold with what is attested, and has running signers sign what is missing. It needs the bus and no
/// key: what it sends is a hint like any push.
/// </summary>
internal static class ReconcileCommand
{
    private static readonly Option<string?> RegistryOption = new("--registry") { Description = "Only this Registry resource." };
    private static readonly Option<string?> NamespaceOption = new("--namespace") { Description = "Only repositories whose first path segment this is." };
    private static readonly Option<bool> DryRunOption = new("--dry-run") { Description = "Lists what would be sent to be signed, and sends nothing." };

    public static Command Create()
    {
        var command = new Command("reconcile", "Finds images that signing rules cover and nobody has attested, and has running signers sign them. Settings as for 'sign'.")
        {
            RegistryOption, NamespaceOption, DryRunOption,
        };
        command.SetAction((parsed, cancellationToken) => CommandRun.Async(async () => await RunAsync(new ReconcileScope
        {
            Registry = parsed.GetValue(RegistryOption),
            Namespace = parsed.GetValue(NamespaceOption),
            IsDryRun = parsed.GetValue(DryRunOption),
        }, cancellationToken)));
        return command;
    }

    private static async Task<int> RunAsync(ReconcileScope scope, CancellationToken cancellationToken)
    {
        await using var tools = await WitnessTools.StartAsync(cancellationToken, sendsPushes: !scope.IsDryRun);
        if (scope.Registry is { } name && tools.Resources.Registries.All(registry => registry.Name != name))
        {
            throw new StartRefusedException($"--registry {Excerpt.Of(name)}: no such Registry resource; there are: {string.Join(", ", tools.Resources.Registries.Select(registry => registry.Name))}");
        }

        var clock = Stopwatch.StartNew();
        try
        {
            var report = await tools.Get<Reconciliation>().RunAsync(scope, scope.IsDryRun ? TellAsync : tools.Get<PushPublisher>().SendAsync, report => Progress(report, clock), cancellationToken);
            Tell(report, scope, clock.Elapsed);
            return report.Failed == 0 ? 0 : 1;
        }
        catch (Exception away) when (away is BrokerUnavailableException or AttestationLogException)
        {
            throw new StartRefusedException($"{away.Message}; run it again: what is attested by then is passed over", away);
        }
    }

    private static Task SendAsync(this PushPublisher publisher, IReadOnlyList<ImagePushed> pushes, CancellationToken cancellationToken) =>
        publisher.PublishAsync(pushes, [], cancellationToken);

    private static Task TellAsync(IReadOnlyList<ImagePushed> pushes, CancellationToken cancellationToken)
    {
        foreach (var push in pushes)
        {
            Console.WriteLine($"{push.Image} (tag {push.Tag})");
        }

        return Task.CompletedTask;
    }

    private static void Progress(ReconcileReport report, Stopwatch clock) => Console.Error.WriteLine(
        $"{report}; {report.Tags / Math.Max(clock.Elapsed.TotalSeconds, 0.001):0} tags a second, {report.TagsFound - report.Tags} tags listed and {report.Repositories - report.RepositoriesDone} repositories remain");

    private static void Tell(ReconcileReport report, ReconcileScope scope, TimeSpan elapsed)
    {
        foreach (var problem in report.Problems)
        {
            Console.Error.WriteLine(problem);
        }

        Console.WriteLine($"{(scope.IsDryRun ? "Dry run, nothing was sent: " : "")}{report}; {elapsed.TotalSeconds:0.0} s.");
    }
}
