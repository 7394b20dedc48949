using System.Text.RegularExpressions;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Signer.Intake;

/// <summary>
/// Reads one event. What a registry lets its users do must never make its envelope malformed: it sends a refused envelope again for ever,
/// and every later push waits behind it.
/// </summary>
internal static partial class DistributionEventReader
{
    private const int MostIdCharacters = 200;
    private const int MostOtherDigest = 512;

    // CNCF Distribution's own limit (distribution/reference: NameTotalLengthMax), which for an image includes the host.
    private const int MostRepositoryCharacters = 255;

    // The shortest lawful host, so that a repository is measured by itself.
    private const string AnyHost = "a:1/";

    /// <summary>Reads <paramref name="item"/>.</summary>
    /// <exception cref="MalformedException">It is no event; the message names the member.</exception>
    public static DistributionEvent Read(JsonMember item)
    {
        if (item.RequiredObject()["action"].RequiredText() != "push")
        {
            return new IgnoredEvent(IgnoredReason.Action);
        }

        var target = item["target"].RequiredObject();
        var mediaType = target["mediaType"].RequiredText();
        return ManifestKind.CanBeImage(mediaType)
            ? ReadManifest(item, target, mediaType)
            : new IgnoredEvent(IgnoredReason.MediaType);
    }

    private static DistributionEvent ReadManifest(JsonMember item, JsonMember target, string mediaType)
    {
        if (ReadDigest(target["digest"]) is not { } digest)
        {
            return new IgnoredEvent(IgnoredReason.DigestAlgorithm);
        }

        if (ReadRepository(target["repository"]) is not { } repository)
        {
            return new IgnoredEvent(IgnoredReason.Name);
        }

        var tag = ReadTag(target["tag"]);
        var references = target["references"].Items().Select(reference => reference.RequiredObject()["mediaType"].Text());
        if ((tag is not null && ManifestKind.IsSupplyChainTag(tag)) || references.OfType<string>().Any(ManifestKind.IsSupplyChain))
        {
            return new IgnoredEvent(IgnoredReason.Signature);
        }

        return new PushEvent
        {
            Id = ReadId(item["id"]),
            MediaType = mediaType,
            Repository = repository,
            Digest = digest,
            Tag = tag,
            Hosts = ReadHosts(target["url"], item["request"]["host"]),
            Actor = item["actor"]["name"].Text() is { } actor ? Excerpt.Of(actor) : null,
            PushedAt = item["timestamp"].Time(),
        };
    }

    private static Digest? ReadDigest(JsonMember member)
    {
        var text = member.RequiredText();
        if (Digest.TryParse(text, out var digest))
        {
            return digest;
        }

        var isOther = !text.StartsWith("sha256:", StringComparison.Ordinal) && text.Length <= MostOtherDigest && OtherDigest().IsMatch(text);
        return isOther ? null : throw member.Malformed($"{Quoted(text)} is not 'sha256:' and 64 lower-case hexadecimal digits");
    }

    private static string? ReadRepository(JsonMember member)
    {
        var repository = member.RequiredText();
        if (repository.Length > MostRepositoryCharacters)
        {
            throw member.Malformed($"has {repository.Length} characters, more than {MostRepositoryCharacters}");
        }

        if (repository.Length > MostRepositoryCharacters - AnyHost.Length)
        {
            return null;
        }

        var isLawful = ImageReference.TryParse(AnyHost + repository, out var reference, out var problem) && reference.Repository == repository;
        return isLawful ? repository : throw member.Malformed($"{Quoted(repository)} is no repository: {problem ?? "it holds more than a path"}");
    }

    private static string? ReadTag(JsonMember member)
    {
        var tag = member.Text();
        var isLawful = tag is null || (ImageReference.TryParse($"{AnyHost}a:{tag}", out var reference, out _) && reference.Tag == tag);
        return isLawful ? tag : throw member.Malformed($"{Quoted(tag)} is no tag");
    }

    private static string? ReadId(JsonMember member)
    {
        var id = member.Text();
        if (id is { Length: > MostIdCharacters })
        {
            throw member.Malformed($"has {id.Length} characters, more than {MostIdCharacters}");
        }

        return id is null || id.All(character => character is > ' ' and <= '~')
            ? id
            : throw member.Malformed("has other characters than visible ASCII");
    }

    private static string[] ReadHosts(JsonMember url, JsonMember host)
    {
        var fromUrl = Uri.TryCreate(url.Text(), UriKind.Absolute, out var parsed) && parsed.Scheme is "http" or "https" ? parsed.Authority : null;
        return [.. new[] { fromUrl, host.Text() }.OfType<string>().Select(name => name.ToLowerInvariant()).Distinct()];
    }

    private static string Quoted(string? text) => $"'{Excerpt.Of(text)}'";

    [GeneratedRegex(@"\A[a-z0-9]+(?:[+._-][a-z0-9]+)*:[A-Za-z0-9=_-]{32,256}\z", RegexOptions.CultureInvariant)]
    private static partial Regex OtherDigest();
}
