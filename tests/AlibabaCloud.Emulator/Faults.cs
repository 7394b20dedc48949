using System.Collections.Concurrent;

namespace Kritis.Events.AlibabaCloud.Emulator;

/// <summary>What the emulator does wrong, and how often.</summary>
public sealed class Faults
{
    private readonly ConcurrentQueue<Fault> _faults = new();

    /// <summary>Answers the next calls of an action with an error.</summary>
    public void Fail(string action, int times, int status, string code, string message = "emulated") =>
        _faults.Enqueue(new Fault(action, times, async (context, request) =>
        {
            await new CloudErrorException(status, code, message).WriteAsync(context, request.RequestId);
            return true;
        }));

    /// <summary>Throttles the next calls of an action.</summary>
    public void Throttle(string action, int times, string code = "Throttling.User") => Fail(action, times, 400, code, "Request was denied due to user flow control.");

    /// <summary>Cuts the connection instead of an answer.</summary>
    public void Drop(string action, int times) => _faults.Enqueue(new Fault(action, times, (context, _) =>
    {
        context.Abort();
        return Task.FromResult(true);
    }));

    /// <summary>Answers with bytes that are no answer of the service.</summary>
    public void Garble(string action, int times, string body, int status = 200) => _faults.Enqueue(new Fault(action, times, async (context, _) =>
    {
        context.Response.StatusCode = status;
        await context.Response.WriteAsync(body, context.RequestAborted);
        return true;
    }));

    /// <summary>Answers late.</summary>
    public void Delay(string action, int times, TimeSpan delay) => _faults.Enqueue(new Fault(action, times, async (context, _) =>
    {
        await Task.Delay(delay, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        return context.RequestAborted.IsCancellationRequested;
    }));

    /// <summary>Everything works again.</summary>
    public void Clear() => _faults.Clear();

    /// <returns>Whether the request has had all the answer it gets.</returns>
    internal async Task<bool> ActAsync(HttpContext context, CloudRequest request)
    {
        foreach (var fault in _faults)
        {
            if (fault.Action == request.Action && fault.TakeTurn())
            {
                return await fault.Act(context, request);
            }
        }

        return false;
    }

    private sealed class Fault(string action, int times, Func<HttpContext, CloudRequest, Task<bool>> act)
    {
        private int _left = times;

        public string Action { get; } = action;

        public Func<HttpContext, CloudRequest, Task<bool>> Act { get; } = act;

        public bool TakeTurn() => Interlocked.Decrement(ref _left) >= 0;
    }
}
