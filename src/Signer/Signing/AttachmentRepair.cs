using System.Threading.Channels;
using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Signer.Registry;
using Kritis.Events.Signer.Rules;

namespace Kritis.Events.Signer.Signing;

/// <summary>
/// Looks at an image's attached signatures again when another signer's attestation of it comes by on the log (cosign#2432: two
/// writers of one <c>.sig</c> tag lose an update).
/// </summary>
internal sealed partial class AttachmentRepair : BackgroundService
{
    private readonly IndexWriter _writer;
    private readonly RecentlyAttached _recent;
    private readonly AttachedSignatures _attached;
    private readonly IResourceSource _resources;
    private readonly ILogger<AttachmentRepair> _logger;
    private readonly Channel<Image> _images =
        Channel.CreateBounded<Image>(new BoundedChannelOptions(10_000) { FullMode = BoundedChannelFullMode.DropOldest });

    public AttachmentRepair(
        IndexWriter writer, RecentlyAttached recent, AttachedSignatures attached, IResourceSource resources, ILogger<AttachmentRepair> logger)
    {
        (_writer, _recent, _attached, _resources, _logger) = (writer, recent, attached, resources, logger);
        writer.Added += Notice;
    }

    public override void Dispose()
    {
        _writer.Added -= Notice;
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var image in _images.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                await RepairAsync(image, stoppingToken);
            }
            catch (RegistryException failure)
            {
                Log.NotRepaired(_logger, image, failure.Message);
            }
        }
    }

    private async Task RepairAsync(Image image, CancellationToken cancellationToken)
    {
        var resources = _resources.Current;
        if (resources.RegistryOf(image.Registry) is { } registry)
        {
            _ = await _attached.AttachAsync(registry, image, SigningRules.Requestable(resources, image), cancellationToken);
        }
    }

    private void Notice(Image image, IndexedAttestation attestation)
    {
        if (_recent.Holds(image))
        {
            _ = _images.Writer.TryWrite(image);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The signatures attached to {Image} could not be looked at again: {Reason}")]
        public static partial void NotRepaired(ILogger logger, Image image, string reason);
    }
}
