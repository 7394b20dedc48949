using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Log;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Attestations.Snapshots;
using Kritis.Events.Attestations.Tests.Index;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Attestations.Tests.Snapshots;

/// <summary>Processes that start one after the other on one data folder: each with an empty index, the log as a test plays it, and the snapshot.</summary>
internal sealed class SnapshotUnderTest : IAsyncDisposable
{
    private readonly IndexFollower _follower;
    private readonly SnapshotUpkeep? _upkeep;

    public SnapshotUnderTest(string folder, ResourceSet resources, TimeSpan? interval = null, bool verifiesAll = false, long? mostBytes = null)
    {
        System = new IndexUnderTest(resources);
        var usual = new SnapshotOptions { Folder = folder, Interval = interval ?? TimeSpan.FromHours(1) };
        var options = usual with { MostBytes = mostBytes ?? usual.MostBytes };
        Snapshot = new IndexSnapshot(options, System.Index, System.Writer, System.Resources, Lines.For<IndexSnapshot>());
        _follower = new IndexFollower(Log, System.Writer, System.Resources, TimeProvider.System, Lines.For<IndexFollower>(), Snapshot);
        _upkeep = verifiesAll ? new SnapshotUpkeep(options, Snapshot, _follower, TimeProvider.System, Lines.For<SnapshotUpkeep>()) : null;
    }

    public ScriptedLog Log { get; } = new();

    public IndexUnderTest System { get; }

    public IndexSnapshot Snapshot { get; }

    public IndexFollower Follower => _follower;

    public SeenLines Lines { get; } = new();

    public static string PathIn(string folder) => Path.Combine(folder, "index.snapshot");

    /// <summary>Starts, and waits for the reading of the log to begin.</summary>
    public async Task<ScriptedLog.Reading> StartAsync()
    {
        await _follower.StartAsync(TestContext.Current.CancellationToken);
        if (_upkeep is not null)
        {
            await _upkeep.StartAsync(TestContext.Current.CancellationToken);
        }

        return await Log.NextAsync();
    }

    public async Task CatchUpAsync(ScriptedLog.Reading reading)
    {
        reading.Play(new LogEvent.CaughtUp());
        await UntilAsync(() => _follower.IsCurrent);
        Snapshot.Flush();
    }

    public Standing Standing(Image image, string witness = "release") => System.Standing(image, witness);

    public static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!condition())
        {
            await Task.Delay(5, limit.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_upkeep is not null)
        {
            await _upkeep.StopAsync(default);
            _upkeep.Dispose();
        }

        await _follower.StopAsync(default);
        Snapshot.Flush();
        _follower.Dispose();
        Snapshot.Dispose();
    }
}
