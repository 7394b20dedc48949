using Kritis.Events.Attestations.Log;
using Kritis.Events.ServiceDefaults;
using Kritis.Events.Signer.AlibabaCloud;
using Kritis.Events.Signer.Signing;

namespace Kritis.Events.Cli;

/// <summary>Runs a command; what a person can put right is told in one line on standard error, with an exit code of its own.</summary>
internal static class CommandRun
{
    public static async Task<int> Async(Func<Task<int>> command, int refused = 1)
    {
        try
        {
            return await command();
        }
        catch (Exception refusal) when (KritisService.IsRefusal(refusal) || SigningFailure.IsUnderstood(refusal) || refusal is AttestationLogException or AlibabaCloudException)
        {
            await Console.Error.WriteLineAsync(refusal.Message);
            return refused;
        }
    }
}
