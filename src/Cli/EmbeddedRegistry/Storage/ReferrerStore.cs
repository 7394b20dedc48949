using System.Text.Json;
using Kritis.Events.Cli.EmbeddedRegistry.Manifests;
using Kritis.Events.Cli.EmbeddedRegistry.Names;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Cli.EmbeddedRegistry.Storage;

/// <summary>Which manifests name which other as their <c>subject</c>, whether that one is here or not.</summary>
internal sealed class ReferrerStore(RegistryFolder folder, SmallFiles files)
{
    public void Put(RepositoryName repository, Digest subject, Descriptor referrer) => files.Write(
        Path.Combine(folder.Referrers(repository, subject), referrer.Digest.Hex),
        JsonSerializer.SerializeToUtf8Bytes(referrer, RegistryJson.Readable.Descriptor));

    public void Remove(RepositoryName repository, Digest subject, Digest referrer) =>
        SmallFiles.Remove(Path.Combine(folder.Referrers(repository, subject), referrer.Hex));

    /// <summary>The hexadecimal digits of the digests of all referrers, sorted.</summary>
    public IReadOnlyList<string> List(RepositoryName repository, Digest subject) => SmallFiles.Names(folder.Referrers(repository, subject));

    public Descriptor? Read(RepositoryName repository, Digest subject, string hex) =>
        SmallFiles.Read(Path.Combine(folder.Referrers(repository, subject), hex)) is { } bytes
            ? JsonSerializer.Deserialize(bytes, RegistryJson.Readable.Descriptor)
            : null;
}
