using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kritis.Events.Attestations.Resources;

/// <summary>
/// A folder of resources, watched. It is looked at four times a second (notifications of the file system do not see Kubernetes'
/// link swaps and network drives), read once it has stood still between two looks, and taken only as a whole and when valid.
/// </summary>
public sealed partial class ResourceFolder : BackgroundService, IResourceSource
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    private readonly string _folder;
    private readonly TimeProvider _time;
    private readonly ILogger<ResourceFolder> _logger;
    private readonly Counter<long> _reloads;
    private volatile ResourceSet _current;
    private volatile IReadOnlyList<ResourceProblem> _problems = [];
    private string _loaded;

    /// <summary>Reads the folder for the first time.</summary>
    /// <exception cref="InvalidResourcesException">It is invalid, missing or empty.</exception>
    public ResourceFolder(string folder, TimeProvider time, IMeterFactory meters, ILogger<ResourceFolder> logger)
        : this(FolderReading.Of(folder), time, meters, logger)
    {
    }

    /// <summary>Begins with what was read already.</summary>
    internal ResourceFolder(FolderReading first, TimeProvider time, IMeterFactory meters, ILogger<ResourceFolder> logger)
    {
        ArgumentNullException.ThrowIfNull(meters);
        (_folder, _time, _logger) = (first.Folder, time, logger);
        var meter = meters.Create("Kritis.Events.Resources");
        _reloads = meter.CreateCounter<long>("kritis_resource_reloads", description: "Changes of the resources folder, by whether they were valid.");
        _ = meter.CreateObservableGauge("kritis_resources_valid", () => _problems.Count == 0 ? 1 : 0, description: "1 while the folder as it stands is in force.");
        _loaded = first.Fingerprint;
        _current = first.Load.Resources ?? throw new InvalidResourcesException(_folder, first.Load.Problems);
        Tell(first.Load);
    }

    /// <inheritdoc/>
    public event Action<ResourceSet>? Changed;

    /// <inheritdoc/>
    public ResourceSet Current => _current;

    /// <summary>Why the folder as it stands is not in force; empty while it is.</summary>
    public IReadOnlyList<ResourceProblem> Problems => _problems;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, _time);
        var before = _loaded;
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var now = FolderReading.FingerprintOf(_folder);
            if (now == before && now != _loaded)
            {
                Reload(now);
            }

            before = now;
        }
    }

    private void Reload(string fingerprint)
    {
        var load = ResourceFiles.Load(_folder);
        if (FolderReading.FingerprintOf(_folder) != fingerprint)
        {
            // It changed while it was read; what was read may be half of it.
            return;
        }

        _loaded = fingerprint;
        _problems = load.Problems;
        _reloads.Add(1, new KeyValuePair<string, object?>("outcome", load.Resources is null ? "invalid" : "valid"));
        if (load.Resources is not { } resources)
        {
            Log.Invalid(_logger, _folder, string.Join('\n', load.Problems));
            return;
        }

        _current = resources;
        Tell(load);
        Changed.Raise(resources, _logger);
    }

    private void Tell(ResourceLoad load)
    {
        var set = load.Resources!;
        Log.Loaded(_logger, _folder, set.Registries.Count, set.Witnesses.Count, set.Rules.Count, set.Policies.Count);
        foreach (var warning in load.Warnings)
        {
            Log.Warned(_logger, warning);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "In force from {Folder}: {Registries} registries, {Witnesses} witnesses, {Rules} signing rules, {Policies} security policies.")]
        public static partial void Loaded(ILogger logger, string folder, int registries, int witnesses, int rules, int policies);

        [LoggerMessage(Level = LogLevel.Error, Message = "The resources in {Folder} are invalid; the last valid ones stay in force:\n{Problems}")]
        public static partial void Invalid(ILogger logger, string folder, string problems);

        [LoggerMessage(Level = LogLevel.Warning, Message = "{Warning}.")]
        public static partial void Warned(ILogger logger, string warning);
    }
}
