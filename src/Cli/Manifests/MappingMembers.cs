using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Kritis.Events.Cli.Manifests;

/// <summary>
/// The members of a file's mappings with what they take over from others by the merge key <c>&lt;&lt;</c> (YAML 1.1), which kubectl knows: a mapping's own
/// members count first, then those of the mapping that is named first. What is merged in one file is bounded, for mappings can be merged into one another.
/// </summary>
internal sealed class MappingMembers
{
    private const int MostMerged = 100_000;
    private int _merged;

    /// <summary>The members by key, in their order.</summary>
    /// <exception cref="FormatException">A key is none, what is merged is no mapping, or there is too much of it.</exception>
    public IReadOnlyDictionary<string, YamlNode> Of(YamlMappingNode mapping)
    {
        var members = new OrderedDictionary<string, YamlNode>(StringComparer.Ordinal);
        Take(mapping, members);
        return members;
    }

    private void Take(YamlMappingNode mapping, OrderedDictionary<string, YamlNode> members)
    {
        var own = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (key, value) in mapping.Children.Where(member => !IsMerge(member.Key)))
        {
            var name = ScalarValue.Key((YamlScalarNode)key);
            if (!own.Add(name))
            {
                throw new FormatException($"the key '{name}' stands twice");
            }

            _ = members.TryAdd(name, value);
        }

        foreach (var (_, merged) in mapping.Children.Where(member => IsMerge(member.Key)))
        {
            foreach (var other in merged is YamlSequenceNode several ? several.Children : [merged])
            {
                Merge(other as YamlMappingNode ?? throw new FormatException("what is merged by << is no mapping"), members);
            }
        }
    }

    private void Merge(YamlMappingNode other, OrderedDictionary<string, YamlNode> members)
    {
        _merged += 1 + other.Children.Count;
        if (_merged > MostMerged)
        {
            throw new FormatException($"more than {MostMerged} members are merged by <<");
        }

        Take(other, members);
    }

    private static bool IsMerge(YamlNode key) => key is YamlScalarNode { Value: "<<", Style: ScalarStyle.Plain };
}
