using Kritis.Events.EndToEnd.System;
using Kritis.Events.Servers;

namespace Kritis.Events.EndToEnd;

/// <summary>Pushes that no intake ever heard of.</summary>
public sealed class ReconcileTests : OwnInstallation
{
    [Fact]
    public async Task G2_what_was_pushed_while_no_signer_ran_is_signed_when_one_starts_and_by_hand_and_nothing_twice()
    {
        var before = await PushAsync("before");
        await AdmittedAsync(before);
        foreach (var signer in Installation.Signers)
        {
            await signer.KillAsync();
        }

        string[] off = [await PushAsync("off-1"), await PushAsync("off-2")];
        var (dryExit, dry) = await KritisCommand.EndAsync(Installation, Cancellation, "reconcile", "--dry-run");
        (dryExit, off.All(dry.Contains), dry.Contains(before)).Should().Be((0, true, false), dry);

        // The registry knows nothing of this signer's address: what it signs it has found by itself.
        var again = Installation.StartSigner("again", Installation.Loopback("http"));
        await AdmittedAsync(off);
        await Eventually.Async("it has compared", async () => await Metrics.SumAsync([again], "kritis_reconcile_runs_total", Cancellation) == 1, Cancellation, () => again.Output);

        var late = await PushAsync("late");
        var (exit, told) = await KritisCommand.EndAsync(Installation, Cancellation, "reconcile", "--namespace", "kritis-demo");
        (exit, told.Contains("3 attested, 0 brought back to the log, 1 sent")).Should().Be((0, true), told);
        await AdmittedAsync(late);
        (await Metrics.SumAsync([again], "kritis_kms_signatures_total", Cancellation)).Should().Be(3, "nothing is signed twice");
    }
}
