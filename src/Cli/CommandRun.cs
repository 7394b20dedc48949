using Kritis.Events.Attestations.Log;
using Kritis.Events.ServiceDefaults;
using Kritis.Events.Signer.Signing;

namespace Kritis.Events.Cli;

/// <summary>Runs a command; what a person can put right is told in one line on standard error, with exit code 1.</summary>
internal static class CommandRun
{
    public static async Task<int> Async(Func<Task<int>> command)
    {
        try
        {
            return await command();
        }
        catch (Exception refusal) when (KritisService.IsRefusal(refusal) || SigningFailure.IsUnderstood(refusal) || refusal is AttestationLogException)
        {
            await Console.Error.WriteLineAsync(refusal.Message);
            return 1;
        }
    }
}
