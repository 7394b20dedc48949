using System.Diagnostics.Metrics;
using System.Threading.Channels;
using k8s;
using Kritis.Events.Attestations.Kubernetes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kritis.Events.Attestations.Resources.Kubernetes;

/// <summary>
/// Resources as objects of a cluster, watched. Each object is held on its own, and every change swaps the set whole. Before every kind was read once
/// there is a set that refuses everything; afterwards the last known one stays, however long the API server is away.
/// </summary>
public sealed partial class ClusterResources : BackgroundService, IResourceSource
{
    // Objects that are applied together come into force together, as far as they arrive together.
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan AfterDefect = TimeSpan.FromSeconds(1);
    private readonly IKubernetes _client;
    private readonly TimeProvider _time;
    private readonly ILogger<ClusterResources> _logger;
    private readonly Counter<long> _reloads;
    private readonly ClusterInventory _inventory;
    private readonly Lock _reading = new();
    private readonly Channel<bool> _dirty = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly TaskCompletionSource _firstRead = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _nativeKnown = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly OutageBoard _outages = new();
    private volatile ResourceSet _current = StrictPolicy.Unread;
    private volatile IReadOnlyList<ObjectState> _states = [];
    private bool _changed;

    /// <summary>A source that begins to read when its host starts.</summary>
    /// <param name="client">The API server's client.</param>
    /// <param name="secretsFolder">The folder that passwords of registries are read from.</param>
    /// <param name="time">The clock.</param>
    /// <param name="meters">Makes the metrics.</param>
    /// <param name="logger">The log.</param>
    public ClusterResources(IKubernetes client, string secretsFolder, TimeProvider time, IMeterFactory meters, ILogger<ClusterResources> logger)
    {
        ArgumentNullException.ThrowIfNull(meters);
        (_client, _time, _logger) = (client, time, logger);
        _inventory = new ClusterInventory(Path.GetFullPath(secretsFolder));
        var meter = meters.Create("Kritis.Events.Resources");
        _reloads = meter.CreateCounter<long>("kritis_resource_reloads", description: "Changes of the resources, by whether they were valid.");
        _ = meter.CreateObservableGauge("kritis_resources_valid", () => _states.All(state => state.IsInForce) ? 1 : 0,
            description: "1 while the resources as they stand are in force.");
        _ = meter.CreateObservableGauge("kritis_resource_objects_invalid", Invalid, description: "Objects in the cluster that are not in force as they stand, by kind and reason.");
    }

    /// <inheritdoc/>
    public event Action<ResourceSet>? Changed;

    /// <summary>Raised after <see cref="States"/> was swapped. Handlers must be quick and not throw.</summary>
    public event Action? StatesChanged;

    /// <inheritdoc/>
    public ResourceSet Current => _current;

    /// <inheritdoc/>
    public Task FirstRead => _firstRead.Task;

    /// <summary>What became of every object.</summary>
    public IReadOnlyList<ObjectState> States => _states;

    /// <summary>What is not read yet and why, one line a kind; empty once everything was.</summary>
    public IReadOnlyList<string> Waiting
    {
        get
        {
            lock (_reading)
            {
                return
                [
                    .. _inventory.Native.Concat(_inventory.Foreign).Where(kind => !kind.IsKnown)
                        .Select(kind => _outages.Of(kind.Kind) ?? $"{kind.Kind} are not read yet"),
                ];
            }
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var native = _inventory.Native.Select(kind => FollowAsync(kind, stoppingToken));
        await Task.WhenAll([.. native, FollowForeignAsync(stoppingToken), MakeAsync(stoppingToken)]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>
    /// The foreign kinds come after the native ones: an API server that has just started may know no custom kind yet, and only one that knows
    /// ours can be believed that it does not have the others.
    /// </summary>
    private async Task FollowForeignAsync(CancellationToken stoppingToken)
    {
        await _nativeKnown.Task.WaitAsync(stoppingToken);
        await Task.WhenAll(_inventory.Foreign.Select(kind => FollowAsync(kind, stoppingToken)));
    }

    private async Task FollowAsync(IHeldKind kind, CancellationToken stoppingToken)
    {
        var isOptional = _inventory.Foreign.Contains(kind);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await foreach (var change in new ClusterWatch<CustomDocument>(_client, kind.Kind, _time).FollowAsync(stoppingToken))
                {
                    Take(kind, change, isOptional);
                }
            }
            catch (Exception defect) when (!stoppingToken.IsCancellationRequested)
            {
                Log.Unexpected(_logger, kind.Kind.ToString(), defect);
                await Task.Delay(AfterDefect, _time, stoppingToken);
            }
        }
    }

    private void Take(IHeldKind kind, ClusterChange<CustomDocument> change, bool isOptional)
    {
        if (change is ClusterChange<CustomDocument>.Away away)
        {
            TakeAway(kind, away, isOptional);
            return;
        }

        if (_outages.End(kind.Kind))
        {
            Log.Back(_logger, kind.Kind.ToString());
        }

        lock (_reading)
        {
            _changed |= kind.Apply(change);
        }

        Wake();
    }

    private void TakeAway(IHeldKind kind, ClusterChange<CustomDocument>.Away away, bool isOptional)
    {
        if (away.IsMissingKind && isOptional && !kind.IsKnown)
        {
            lock (_reading)
            {
                kind.MarkAbsent();
                _changed = true;
            }

            Log.Absent(_logger, kind.Kind.ToString());
            Wake();
            return;
        }

        _outages.Begin(kind.Kind, away.Reason);
        Log.Away(_logger, kind.Kind.ToString(), away.Reason);
    }

    private void Wake()
    {
        if (_inventory.Native.All(kind => kind.IsKnown))
        {
            _ = _nativeKnown.TrySetResult();
        }

        _ = _dirty.Writer.TryWrite(true);
    }

    private async Task MakeAsync(CancellationToken stoppingToken)
    {
        await foreach (var _ in _dirty.Reader.ReadAllAsync(stoppingToken))
        {
            await Task.Delay(Settling, _time, stoppingToken);
            try
            {
                Make();
            }
            catch (Exception defect) when (!stoppingToken.IsCancellationRequested)
            {
                Log.NotMade(_logger, defect);
            }
        }
    }

    private void Make()
    {
        ResourceSet set;
        IReadOnlyList<ObjectState> states;
        bool changed;
        lock (_reading)
        {
            if (!_inventory.IsKnown)
            {
                return;
            }

            (set, states) = ClusterSet.Of(_inventory);
            (changed, _changed) = (_changed, false);
        }

        Report(states);
        _states = states;
        if (changed)
        {
            _reloads.Add(1, new KeyValuePair<string, object?>("outcome", states.All(state => state.IsInForce) ? "valid" : "invalid"));
            _current = set;
            Log.Loaded(_logger, set.Registries.Count, set.Witnesses.Count, set.Rules.Count, set.Policies.Count, set.Exemptions.Count);
            Changed.Raise(set, _logger);
            _ = _firstRead.TrySetResult();
        }

        StatesChanged?.Invoke();
    }

    private void Report(IReadOnlyList<ObjectState> states)
    {
        var before = _states.Select(state => (state.DisplayName, state.Standing, state.Message)).ToHashSet();
        foreach (var state in states.Where(state => state.Standing != ObjectStanding.InForce && !before.Contains((state.DisplayName, state.Standing, state.Message))))
        {
            Log.Told(_logger, state.DisplayName, state.Standing, state.Message);
        }
    }

    private IEnumerable<Measurement<int>> Invalid() => _states
        .Where(state => !state.IsInForce)
        .CountBy(state => (state.Kind.Plural, state.Standing))
        .Select(group => new Measurement<int>(group.Value, new("kind", group.Key.Plural), new("reason", group.Key.Standing.ToString())));

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information,
            Message = "In force from the cluster: {Registries} registries, {Witnesses} witnesses, {Rules} signing rules, {Policies} security policies, {Exemptions} exemptions.")]
        public static partial void Loaded(ILogger logger, int registries, int witnesses, int rules, int policies, int exemptions);

        [LoggerMessage(Level = LogLevel.Warning, Message = "{Object} ({Standing}): {Message}.")]
        public static partial void Told(ILogger logger, string @object, ObjectStanding standing, string message);

        [LoggerMessage(Level = LogLevel.Warning, Message = "{Kind} cannot be followed: {Reason}. What was read of them stays in force; trying again.")]
        public static partial void Away(ILogger logger, string kind, string reason);

        [LoggerMessage(Level = LogLevel.Information, Message = "{Kind} can be followed again.")]
        public static partial void Back(ILogger logger, string kind);

        [LoggerMessage(Level = LogLevel.Information, Message = "The cluster has no {Kind}; they count once they are installed.")]
        public static partial void Absent(ILogger logger, string kind);

        [LoggerMessage(Level = LogLevel.Error, Message = "Following {Kind} failed in a way nobody thought of. What was read of them stays in force; trying again.")]
        public static partial void Unexpected(ILogger logger, string kind, Exception failure);

        [LoggerMessage(Level = LogLevel.Error, Message = "The objects could not be made into resources; the last ones stay in force.")]
        public static partial void NotMade(ILogger logger, Exception defect);
    }
}
