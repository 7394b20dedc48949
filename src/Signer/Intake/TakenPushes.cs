using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Messages;

namespace Kritis.Events.Signer.Intake;

/// <summary>What becomes of the events of one request.</summary>
internal sealed class TakenPushes
{
    private readonly List<ImagePushed> _pushes = [];
    private readonly List<SigningSkipped> _skipped = [];
    private readonly List<string> _ignored = [];
    private readonly List<(string Reason, string What)> _told = [];

    /// <summary>What goes to the signers.</summary>
    public IReadOnlyList<ImagePushed> Pushes => _pushes;

    /// <summary>What is told to need no signature.</summary>
    public IReadOnlyList<SigningSkipped> Skipped => _skipped;

    /// <summary>The <see cref="IgnoredReason"/> of each event that leads to no signature.</summary>
    public IReadOnlyList<string> Ignored => _ignored;

    /// <summary>Those of <see cref="Ignored"/> that an operator may wonder about, with what they were about.</summary>
    public IReadOnlyList<(string Reason, string What)> Told => _told;

    /// <summary>Adds a push.</summary>
    public void Add(ImagePushed push) => _pushes.Add(push);

    /// <summary>Adds an event that leads to no signature.</summary>
    /// <param name="reason">One of <see cref="IgnoredReason"/>.</param>
    /// <param name="what">What it was about, fit for a log; null where it is of no interest.</param>
    public void Ignore(string reason, string? what = null)
    {
        _ignored.Add(reason);
        if (what is not null)
        {
            _told.Add((reason, what));
        }
    }

    /// <summary>Sorts the events of an envelope of CNCF Distribution.</summary>
    /// <param name="events">The events.</param>
    /// <param name="resources">The registries that are known.</param>
    /// <param name="registry">The registry that sent them where it was named; null to go by the hosts in the events.</param>
    /// <param name="now">The time, UTC.</param>
    public static TakenPushes Of(
        IReadOnlyList<DistributionEvent> events, ResourceSet resources, ConfiguredRegistry? registry, DateTimeOffset now)
    {
        var taken = new TakenPushes();
        foreach (var item in events)
        {
            if (item is PushEvent push)
            {
                taken.Take(push, registry ?? push.Hosts.Select(resources.RegistryOf).FirstOrDefault(known => known is not null), now);
            }
            else if (item is IgnoredEvent ignored)
            {
                taken._ignored.Add(ignored.Reason);
            }
        }

        return taken;
    }

    private void Take(PushEvent push, ConfiguredRegistry? registry, DateTimeOffset now)
    {
        var eventId = push.Id ?? Guid.CreateVersion7(now).ToString();
        if (registry is null)
        {
            _ignored.Add(IgnoredReason.UnknownRegistry);
            Skip(push, eventId, now);
        }
        else if (push.ImageIn(registry.Host) is { } image)
        {
            _pushes.Add(new ImagePushed
            {
                EventId = eventId,
                Image = image,
                Tag = push.Tag,
                MediaType = push.MediaType,
                Source = "distribution",
                Actor = push.Actor,
                PushedAt = push.PushedAt,
                ReceivedAt = now,
            });
        }
        else
        {
            _ignored.Add(IgnoredReason.Name);
        }
    }

    private void Skip(PushEvent push, string eventId, DateTimeOffset now)
    {
        if (push.Hosts.Select(push.ImageIn).FirstOrDefault(named => named is not null) is { } image)
        {
            _skipped.Add(new SigningSkipped
            {
                EventId = eventId,
                Image = image,
                Tag = push.Tag,
                Reason = "UnknownRegistry",
                Explanation = $"No Registry resource has the host '{image.Registry}' as its host or alias. "
                    + "Add it, or name the registry in the URL of its notifications: ?registry=NAME.",
                SkippedAt = now,
            });
        }
    }
}
