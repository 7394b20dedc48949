using System.Text.Json;
using Kritis.Events.Attestations.Kubernetes;
using Kritis.Events.Attestations.Resources.Yaml;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Attestations.Resources.Kubernetes;

/// <summary>The part of an object that the readers of resources read; they say the same of it as of a file, without a line.</summary>
internal static class ObjectSpec
{
    private static readonly string[] Known = ["apiVersion", "kind", "metadata", "spec", "status"];

    /// <summary>The object's <c>spec</c>, or null where it has none that can be read.</summary>
    /// <param name="document">The object.</param>
    /// <param name="kind">Its kind, for messages.</param>
    /// <param name="problems">What is wrong with it.</param>
    public static Field? Of(CustomDocument document, string kind, ProblemList problems)
    {
        var owner = $"{kind} '{Excerpt.Of(document.Metadata.Name)}'";
        foreach (var member in document.Json.EnumerateObject().Where(member => !Known.Contains(member.Name)))
        {
            problems.Add("", 0, $"{owner}: '{Excerpt.Of(member.Name)}' is not known here; expected one of {string.Join(", ", Known)}");
        }

        if (!document.Json.TryGetProperty("spec", out var spec))
        {
            problems.Add("", 0, $"{owner}: 'spec' is missing");
            return null;
        }

        return Read(owner, spec, problems) is { } node ? new Field("", owner, "spec", node, problems) : null;
    }

    /// <summary>Refuses an object of a kind that governs the whole cluster where it lies in a namespace, whose users must not gain by it.</summary>
    public static bool IsOfCluster(CustomDocument document, string kind, ProblemList problems)
    {
        if (document.Metadata.NamespaceProperty is not { } ns)
        {
            return true;
        }

        problems.Add("", 0, $"{kind} '{Excerpt.Of(document.Metadata.Name)}' lies in namespace {ns}; expected a CustomResourceDefinition of scope Cluster");
        return false;
    }

    private static YamlDotNet.RepresentationModel.YamlNode? Read(string owner, JsonElement spec, ProblemList problems)
    {
        try
        {
            return JsonNodes.Of(spec);
        }
        catch (FormatException unreadable)
        {
            problems.Add("", 0, $"{owner}: spec: {unreadable.Message}");
            return null;
        }
    }
}
