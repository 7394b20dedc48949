using System.Text.Json;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Signer.Registry;

/// <summary>One page of a list.</summary>
internal static class RegistryPage
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 8 };

    /// <summary>The names on the page; <c>null</c> in the place of the list means none.</summary>
    /// <exception cref="RegistryException">It is no page of such a list.</exception>
    public static IReadOnlyList<string> Read(ConfiguredRegistry registry, Uri page, BoundedAnswer answer, string member)
    {
        try
        {
            using var document = JsonDocument.Parse(answer.Body, Strict);
            var list = document.RootElement.GetProperty(member);
            return list.ValueKind == JsonValueKind.Null ? [] : [.. list.EnumerateArray().Select(name => name.GetString() ?? "")];
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new RegistryException(RegistryException.AnswerUnreadable,
                $"registry '{registry.Name}' answered {page.AbsolutePath} with something that has no list '{member}': {Excerpt.Of(unreadable.Message)}", transient: false, unreadable);
        }
    }

    /// <summary>The address of the next page (RFC 8288, <c>rel="next"</c>), or null after the last one.</summary>
    /// <exception cref="RegistryException">It is not the same list at the registry's own address.</exception>
    public static Uri? Next(ConfiguredRegistry registry, Uri page, BoundedAnswer answer)
    {
        if (answer.Header("Link") is not { } link || !link.Contains("next", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var (begin, end) = (link.IndexOf('<', StringComparison.Ordinal), link.IndexOf('>', StringComparison.Ordinal));
        var isOwn = Uri.TryCreate(page, begin >= 0 && end > begin ? link[(begin + 1)..end] : "//", out var next)
            && next.Scheme == registry.Url.Scheme && next.Authority == registry.Url.Authority && next.AbsolutePath == page.AbsolutePath;
        return isOwn ? next : throw new RegistryException(RegistryException.Refused,
            $"registry '{registry.Name}' says that {page.AbsolutePath} goes on at '{Excerpt.Of(link)}', which is not the same list at its own address; nothing was sent there", transient: false);
    }
}
