using Kritis.Events.Contracts.Images;
using YamlDotNet.RepresentationModel;

namespace Kritis.Events.Attestations.Resources.Yaml;

/// <summary>Reads documents into resources, each remembered with its place for the checks across them.</summary>
internal sealed class ResourceReader(string folder, ProblemList problems)
{
    private const string ApiVersion = "kritis.events/v1alpha1";
    private const string GrafeasApiVersion = "kritis.grafeas.io/v1beta1";
    private const int MostDocuments = 10_000;
    private int _documents;

    public List<Placed<ConfiguredRegistry>> Registries { get; } = [];

    public List<Placed<Witness>> Witnesses { get; } = [];

    public List<Placed<SigningRule>> Rules { get; } = [];

    public List<Placed<SecurityPolicy>> Policies { get; } = [];

    public void Read(string file, ReadOnlySpan<byte> content)
    {
        foreach (var document in YamlDocuments.Read(file, content, problems))
        {
            if (++_documents > MostDocuments)
            {
                problems.Add(file, 0, $"the folder holds more than {MostDocuments} documents");
                return;
            }

            ReadDocument(file, document);
        }
    }

    private void ReadDocument(string file, YamlNode document)
    {
        var root = new Field(file, "document", "", document, problems);
        if (root.Members("apiVersion", "kind", "metadata", "spec") is not { } members)
        {
            return;
        }

        var apiVersion = members.Required(root, "apiVersion");
        var kind = members.Required(root, "kind");
        if (apiVersion?.Text() is not { } version || kind?.Text() is not { } kindName)
        {
            return;
        }

        if (version != ApiVersion)
        {
            apiVersion.Wrong(version == GrafeasApiVersion
                ? $": objects of {GrafeasApiVersion} are not read from files in this version; expected {ApiVersion}"
                : $": '{Excerpt.Of(version)}' is not known; expected {ApiVersion}");
            return;
        }

        if (members.Required(root, "metadata") is { } metadata && Name(metadata) is { } name && members.Required(root, "spec") is { } spec)
        {
            ReadSpec(file, kind, kindName, name, spec.In($"{Excerpt.Of(kindName)} '{name}'"));
        }
    }

    private void ReadSpec(string file, Field kind, string kindName, string name, Field spec)
    {
        switch (kindName)
        {
            case "Registry":
                Keep(Registries, file, kind.Line, name, RegistryReader.Read(name, spec, folder));
                break;
            case "Witness":
                Keep(Witnesses, file, kind.Line, name, WitnessReader.Read(name, spec));
                break;
            case "SigningRule":
                Keep(Rules, file, kind.Line, name, SigningRuleReader.Read(name, spec));
                break;
            case "SecurityPolicy":
                Keep(Policies, file, kind.Line, name, SecurityPolicyReader.Read(name, spec));
                break;
            default:
                kind.Wrong($": '{Excerpt.Of(kindName)}' is not known; expected Registry, Witness, SigningRule or SecurityPolicy");
                break;
        }
    }

    private static string? Name(Field metadata)
    {
        if (metadata.Members("name", "namespace", "labels", "annotations") is not { } members
            || members.Required(metadata, "name") is not { } field || field.Text() is not { } name)
        {
            return null;
        }

        if (Names.ProblemOfName(name) is { } problem)
        {
            field.Wrong($": '{Excerpt.Of(name)}': {problem}");
            return null;
        }

        return name;
    }

    private void Keep<T>(List<Placed<T>> kept, string file, int line, string name, T? resource)
        where T : class
    {
        if (resource is null)
        {
            return;
        }

        if (kept.FirstOrDefault(other => other.Name == name) is { } first)
        {
            problems.Add(file, line, $"'{name}' stands here again; it is in {first.File}:{first.Line} already");
            return;
        }

        kept.Add(new Placed<T>(resource, name, file, line));
    }
}

/// <summary>A resource and where it was found.</summary>
internal sealed record Placed<T>(T Resource, string Name, string File, int Line);
