using System.Diagnostics.Metrics;
using System.Text.Json;
using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Log;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.Contracts.Wire;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kritis.Events.Attestations.Tests.Index;

/// <summary>An index with its writer, fed with records as a log would.</summary>
internal sealed class IndexUnderTest
{
    private long _offset;
    private long _dropped;
    private long _droppedClaims;

    public IndexUnderTest(ResourceSet resources)
    {
        Resources = new GivenResources(resources);
        var meters = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();
        var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, listening) =>
        {
            if (instrument.Meter.Scope == meters && instrument.Name is "kritis_log_records" or "kritis_log_tag_claims")
            {
                listening.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, count, tags, _) =>
        {
            if (tags[0].Value is string outcome && outcome.StartsWith("dropped-", StringComparison.Ordinal))
            {
                _ = Interlocked.Add(ref instrument.Name == "kritis_log_records" ? ref _dropped : ref _droppedClaims, count);
            }
        });
        listener.Start();
        Writer = new IndexWriter(Index, Resources, new IndexWriterOptions(), meters, NullLogger<IndexWriter>.Instance);
    }

    public AttestationIndex Index { get; } = new();

    public IndexWriter Writer { get; }

    public GivenResources Resources { get; }

    public long Dropped => Interlocked.Read(ref _dropped);

    public long DroppedClaims => Interlocked.Read(ref _droppedClaims);

    public void Write(AttestationCreated created) =>
        Write(MessageNames.AttestationCreated, JsonSerializer.SerializeToUtf8Bytes(created, WireJson.Default.AttestationCreated));

    public void Write(AttestationRevoked revoked) =>
        Write(MessageNames.AttestationRevoked, JsonSerializer.SerializeToUtf8Bytes(revoked, WireJson.Default.AttestationRevoked));

    public void Write(string type, byte[] body) => Writer.Write(new LogEvent.Record(new LogPosition(++_offset, "m"), type, body));

    public IReadOnlyList<TagClaim> Claims(Image image, string tag) => Index.FindTag(image.Registry, image.Repository, tag);

    /// <summary>The digest that a tag of the image's repository stands for under a policy of these witnesses.</summary>
    public TagResolution Resolve(Image image, string tag, params string[] witnesses) =>
        TagResolution.Of(Claims(image, tag), [.. witnesses.Select(name => Resources.Current.Witnesses[name])]);

    public Standing Standing(Image image, string witness) =>
        Index.Find(image).StandingOf(Resources.Current.Witnesses[witness]).Standing;
}

/// <summary>Resources that a test swaps as a reload does.</summary>
internal sealed class GivenResources(ResourceSet first) : IResourceSource
{
    private volatile ResourceSet _current = first;

    public event Action<ResourceSet>? Changed;

    /// <summary>What asking for the resources throws; null for nothing.</summary>
    public Exception? Failure { get; set; }

    public ResourceSet Current => Failure is { } failure ? throw failure : _current;

    public void Use(ResourceSet next)
    {
        _current = next;
        Changed?.Invoke(next);
    }
}
