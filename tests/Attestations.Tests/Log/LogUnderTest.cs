using Kritis.Events.Attestations.Log;

namespace Kritis.Events.Attestations.Tests.Log;

/// <summary>An empty log of some adapter, and how another process would open the same one.</summary>
public sealed class LogUnderTest(Func<IAttestationLog> open, Func<ValueTask>? remove = null) : IAsyncDisposable
{
    private readonly List<IAttestationLog> _opened = [];

    public IAttestationLog Open()
    {
        var log = open();
        _opened.Add(log);
        return log;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var log in _opened.OfType<IAsyncDisposable>())
        {
            await log.DisposeAsync();
        }

        if (remove is not null)
        {
            await remove();
        }
    }
}
