namespace Kritis.Events.Attestations.Resources.Yaml;

/// <summary>Members of a mapping that must, or may, be there.</summary>
internal static class FieldMembers
{
    public static Field? Required(this Dictionary<string, Field> members, Field owner, string name)
    {
        if (members.TryGetValue(name, out var member))
        {
            return member;
        }

        owner.Wrong(owner.Path.Length == 0 ? $"'{name}' is missing" : $".{name} is missing");
        return null;
    }

    public static Field? Optional(this Dictionary<string, Field> members, string name) => members.GetValueOrDefault(name);
}
