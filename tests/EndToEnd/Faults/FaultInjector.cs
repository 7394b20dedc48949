using Kritis.Events.Servers;

namespace Kritis.Events.EndToEnd.Faults;

/// <summary>Carries a plan out. Faults overlap, but no part is broken twice at the same time.</summary>
internal sealed class FaultInjector(FaultyInstallation installation, AdmissionWatch watch, FaultFigures figures)
{
    private static readonly TimeSpan Slowness = TimeSpan.FromMilliseconds(150);
    private readonly Dictionary<string, SemaphoreSlim> _parts = new[] { "signer0", "signer1", "verifier0", "verifier1", "broker", "registry", "kms" }
        .ToDictionary(part => part, _ => new SemaphoreSlim(1, 1));

    public async Task RunAsync(IReadOnlyList<PlannedFault> plan, CancellationToken cancellationToken)
    {
        var started = TimeProvider.System.GetTimestamp();
        var underWay = new List<Task>();
        foreach (var fault in plan)
        {
            var pause = fault.At - TimeProvider.System.GetElapsedTime(started);
            if (pause > TimeSpan.Zero)
            {
                await Task.Delay(pause, cancellationToken);
            }

            underWay.Add(BreakAsync(fault, cancellationToken));
        }

        await Task.WhenAll(underWay);
    }

    private async Task BreakAsync(PlannedFault fault, CancellationToken cancellationToken)
    {
        var part = _parts[PartOf(fault)];
        await part.WaitAsync(cancellationToken);
        try
        {
            figures.Broke(fault.Kind);
            Tell($"{fault.Kind} {fault.Target} for {fault.Length.TotalMilliseconds:0} ms");
            var heal = await BeginAsync(fault, cancellationToken);
            await Task.Delay(fault.Length, cancellationToken);
            await heal();
        }
        finally
        {
            _ = part.Release();
        }
    }

    private static void Tell(string text) => TestContext.Current.TestOutputHelper!.WriteLine($"{TimeProvider.System.GetUtcNow():HH:mm:ss.fff} {text}");

    private static string PartOf(PlannedFault fault) => fault.Kind switch
    {
        FaultKind.KillSigner or FaultKind.SuspendSigner or FaultKind.CutSignerFromBroker or FaultKind.SlowSignerToBroker => $"signer{fault.Target}",
        FaultKind.KillVerifier or FaultKind.SuspendVerifier or FaultKind.CutVerifierFromBroker or FaultKind.SlowVerifierToBroker => $"verifier{fault.Target}",
        FaultKind.FillDisk => "verifier0",
        FaultKind.KillBroker or FaultKind.SuspendBroker => "broker",
        FaultKind.FailKms => "kms",
        _ => "registry",
    };

    /// <returns>What ends the fault.</returns>
    private async Task<Func<Task>> BeginAsync(PlannedFault fault, CancellationToken cancellationToken)
    {
        var target = fault.Target;
        switch (fault.Kind)
        {
            case FaultKind.KillSigner:
                await installation.KillSignerAsync(target);
                return () => installation.StartSigner(target).UntilReadyAsync(cancellationToken, FaultyInstallation.Patience);
            case FaultKind.KillVerifier:
                await installation.KillVerifierAsync(target);
                return () => watch.RestartAsync(target, cancellationToken);
            case FaultKind.KillBroker:
                await installation.Broker.KillAsync();
                return () => installation.Broker.RestartAsync(cancellationToken);
            case FaultKind.KillRegistry:
                await installation.Registry.StopAsync();
                return () => installation.Registry.RestartAsync(cancellationToken);
            case FaultKind.SuspendSigner:
                return Suspend(installation.Signers[target]);
            case FaultKind.SuspendVerifier:
                return Suspend(installation.Verifiers[target]);
            case FaultKind.SuspendBroker:
                await installation.Broker.SignalAsync("STOP", cancellationToken);
                return () => installation.Broker.SignalAsync("CONT", cancellationToken);
            case FaultKind.CutSignerFromBroker:
                return Cut(installation.SignerWire(target));
            case FaultKind.CutVerifierFromBroker:
                return Cut(installation.VerifierWire(target));
            case FaultKind.SlowSignerToBroker:
                return Slow(installation.SignerWire(target));
            case FaultKind.SlowVerifierToBroker:
                return Slow(installation.VerifierWire(target));
            case FaultKind.CutSignersFromRegistry:
                return Cut(installation.RegistryWire);
            case FaultKind.FailKms:
                installation.Cloud.Faults.Fail("AsymmetricSign", int.MaxValue, 503, "ServiceUnavailableTemporary");
                return Ended(installation.Cloud.Faults.Clear);
            default:
                installation.Disk.Fill();
                return Ended(installation.Disk.Empty);
        }
    }

    private static Func<Task> Suspend(ServiceProcess service)
    {
        service.Signal("STOP");
        return Ended(() => service.Signal("CONT"));
    }

    private static Func<Task> Cut(TcpProxy wire)
    {
        wire.Cut();
        return Ended(wire.Heal);
    }

    private static Func<Task> Slow(TcpProxy wire)
    {
        wire.Slow(Slowness);
        return Ended(wire.Heal);
    }

    private static Func<Task> Ended(Action end) => () =>
    {
        end();
        return Task.CompletedTask;
    };
}
