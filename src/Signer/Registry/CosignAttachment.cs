using System.Collections.Concurrent;
using System.Text.Json;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Signer.Registry;

/// <summary>
/// Attaches signatures, and revocations, to an image in cosign's format. Writers are many and the tag is one: each reads, merges, writes and looks again
/// until its signatures are there. Nothing is ever deleted to be written anew, and what is there already is no error.
/// </summary>
internal sealed class CosignAttachment(SignatureRepository repository, RegistryClientOptions options, TimeProvider time)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(500);
    private readonly ConcurrentDictionary<Image, Gate> _gates = new();

    /// <exception cref="RegistryException">The registry would not take them.</exception>
    public async Task AttachAsync(
        ConfiguredRegistry registry, Image image, AttachmentTag tag, IReadOnlyList<AttachedSignature> signatures, CancellationToken cancellationToken)
    {
        var gate = Enter(image);
        try
        {
            await gate.Turn.WaitAsync(cancellationToken);
            try
            {
                await MergeAsync(registry, image, tag, signatures, cancellationToken);
            }
            finally
            {
                _ = gate.Turn.Release();
            }
        }
        finally
        {
            Leave(image, gate);
        }
    }

    /// <summary>Whether all of <paramref name="signatures"/> are attached.</summary>
    public async Task<bool> HoldsAsync(
        ConfiguredRegistry registry, Image image, AttachmentTag tag, IReadOnlyList<AttachedSignature> signatures, CancellationToken cancellationToken)
    {
        var (manifest, _) = await repository.ReadAsync(registry, image, tag, cancellationToken);
        return signatures.All(signature => manifest.Holds(signature, tag.IsExact));
    }

    private async Task MergeAsync(
        ConfiguredRegistry registry, Image image, AttachmentTag tag, IReadOnlyList<AttachedSignature> signatures, CancellationToken cancellationToken)
    {
        for (var attempt = 1; attempt <= options.WriteAttempts; attempt++)
        {
            try
            {
                if (await MergeOnceAsync(registry, image, tag, signatures, cancellationToken))
                {
                    return;
                }
            }
            catch (RegistryException collision) when (collision is { Transient: true, Answered: true } && attempt < options.WriteAttempts)
            {
                // CNCF Distribution answers 500 to whoever reads a tag in the moment in which another writes it.
            }

            await Task.Delay(LongestPause * Random.Shared.NextDouble(), time, cancellationToken);
        }

        throw new RegistryException(RegistryException.WriteConflict,
            $"{image.Name}:{tag.Of(image)} was overwritten by another writer {options.WriteAttempts} times in a row", transient: true);
    }

    private async Task<bool> MergeOnceAsync(
        ConfiguredRegistry registry, Image image, AttachmentTag tag, IReadOnlyList<AttachedSignature> signatures, CancellationToken cancellationToken)
    {
        var (manifest, etag) = await repository.ReadAsync(registry, image, tag, cancellationToken);
        var missing = signatures.Where(signature => !manifest.Holds(signature, tag.IsExact)).ToArray();
        if (missing.Length == 0)
        {
            return true;
        }

        await AddAsync(registry, image, tag, manifest, etag, missing, cancellationToken);
        return await HoldsAsync(registry, image, tag, signatures, cancellationToken);
    }

    private async Task AddAsync(
        ConfiguredRegistry registry, Image image, AttachmentTag tag, SignatureManifest manifest, string? etag, AttachedSignature[] missing, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var signature in missing)
            {
                manifest.Add(signature, tag.MediaType);
            }
        }
        catch (JsonException full)
        {
            throw SignatureRepository.Foreign(registry, image, tag, full);
        }

        foreach (var payload in missing.DistinctBy(signature => Digest.Of(signature.Payload.Span)))
        {
            await repository.UploadAsync(registry, image, payload.Payload, cancellationToken);
        }

        _ = await repository.WriteAsync(registry, image, tag, manifest, etag, cancellationToken);
    }

    private Gate Enter(Image image)
    {
        while (true)
        {
            var gate = _gates.GetOrAdd(image, _ => new Gate());
            lock (gate)
            {
                if (!gate.Closed)
                {
                    gate.Users++;
                    return gate;
                }
            }
        }
    }

    private void Leave(Image image, Gate gate)
    {
        lock (gate)
        {
            if (--gate.Users > 0)
            {
                return;
            }

            gate.Closed = true;
            _ = _gates.TryRemove(KeyValuePair.Create(image, gate));
        }

        gate.Turn.Dispose();
    }

    private sealed class Gate
    {
        public SemaphoreSlim Turn { get; } = new(1, 1);

        public int Users { get; set; }

        public bool Closed { get; set; }
    }
}
