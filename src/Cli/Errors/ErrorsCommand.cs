using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Kritis.Events.Cli.AlibabaCloud;
using Kritis.Events.Contracts;
using Kritis.Events.Contracts.Images;
using Kritis.Events.ServiceDefaults.Settings;
using RabbitMQ.Client.Exceptions;

namespace Kritis.Events.Cli.Errors;

/// <summary><c>kritis errors [list|retry|drop]</c>: the pushes that could not be signed.</summary>
internal static class ErrorsCommand
{
    private const string Json = "json";
    private const int Shown = 100;
    private static readonly Option<int> LimitOption = new("--limit") { Description = "How many are shown, at most 10,000.", DefaultValueFactory = _ => Shown };
    private static readonly Option<string> OutputOption = new("--output", "-o") { Description = "text or json.", DefaultValueFactory = _ => "text" };
    private static readonly Option<bool> AllOption = new("--all") { Description = "Every message that is in the queue now." };
    private static readonly Option<string[]> IdOption = new("--id") { Description = "The message of this id; may be given several times." };

    public static Command Create()
    {
        var list = new Command("list", "Shows them; they stay where they are.") { LimitOption, OutputOption };
        _ = OutputOption.AcceptOnlyFromAmong("text", Json);
        list.SetAction((parsed, cancellationToken) => RunAsync(() => ListAsync(parsed.GetValue(LimitOption), parsed.GetValue(OutputOption) == Json, cancellationToken)));
        var retry = new Command("retry", "Puts them into the work queue again; a running signer takes them from there.") { AllOption, IdOption };
        retry.SetAction((parsed, cancellationToken) => RunAsync(() => ForEachAsync(parsed, "retried", (queue, push) => queue.RetryAsync(push, cancellationToken), cancellationToken)));
        var drop = new Command("drop", "Takes them out for good. What the registry still holds is found again by 'kritis reconcile'.") { AllOption, IdOption };
        drop.SetAction((parsed, cancellationToken) => RunAsync(() => ForEachAsync(parsed, "dropped", (queue, push) => queue.DropAsync(push, cancellationToken), cancellationToken)));
        var errors = new Command("errors", $"The pushes that could not be signed: the queue {ErrorQueue.Name} of KRITIS_Bus__Uri.") { list, retry, drop };
        errors.SetAction((_, cancellationToken) => RunAsync(() => ListAsync(Shown, json: false, cancellationToken)));
        return errors;
    }

    private static async Task<int> ListAsync(int limit, bool json, CancellationToken cancellationToken)
    {
        if (limit is < 1 or > 10_000)
        {
            throw new StartRefusedException($"--limit {limit}: expected 1 to 10000");
        }

        await using var queue = await OpenAsync(cancellationToken);
        var entries = new List<FailedPushEntry>();
        for (var shown = 0; shown < limit && shown < queue.Count && await queue.TakeAsync(cancellationToken) is { } push; shown++)
        {
            entries.Add(FailedPushEntry.Of(push));
        }

        Console.WriteLine(json
            ? JsonSerializer.Serialize(new FailedPushReport(queue.Count, entries), FailedPushJson.Default.FailedPushReport)
            : string.Join('\n', [.. entries.Select(Line), string.Create(CultureInfo.InvariantCulture, $"{queue.Count} in the error queue")]));
        return 0;
    }

    private static async Task<int> ForEachAsync(ParseResult parsed, string done, Func<ErrorQueue, FailedPush, Task> act, CancellationToken cancellationToken)
    {
        var (all, ids) = (parsed.GetValue(AllOption), parsed.GetValue(IdOption) ?? []);
        if (all == ids.Length > 0)
        {
            throw new StartRefusedException("expected either --all or --id ID; 'kritis errors list' shows the ids");
        }

        await using var queue = await OpenAsync(cancellationToken);
        var acted = 0;
        // What comes in meanwhile, perhaps because it failed again, is left for the next time.
        for (var seen = 0; seen < queue.Count && await queue.TakeAsync(cancellationToken) is { } push; seen++)
        {
            if (all || ids.Contains(push.Id, StringComparer.Ordinal))
            {
                await act(queue, push);
                acted++;
            }
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{acted} of {queue.Count} {done}"));
        return all || acted >= ids.Length ? 0 : 1;
    }

    private static Task<ErrorQueue> OpenAsync(CancellationToken cancellationToken) => ErrorQueue.OpenAsync(BusOptions.From(CloudTools.Settings()), cancellationToken);

    private static Task<int> RunAsync(Func<Task<int>> command) => CommandRun.Async(async () =>
    {
        try
        {
            return await command();
        }
        catch (RabbitMQClientException lost)
        {
            throw new StartRefusedException($"the broker ended it: {Excerpt.Of(lost.Message)}; each message is in the error queue or where it was to go", lost);
        }
    });

    private static string Line(FailedPushEntry entry)
    {
        var at = entry.FailedAt?.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture) ?? "(when?)";
        var times = entry.Failures == 1 ? "once" : string.Create(CultureInfo.InvariantCulture, $"{entry.Failures} times");
        return $"{Excerpt.Of(entry.Id)}  {entry.Image ?? "(no push)"}  event {entry.EventId ?? "(none)"}  {at}  {times}  {entry.Reason}";
    }
}
